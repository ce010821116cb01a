"""The pure middle: values, mapping, plan, matching. No framework, no clock, no database, no log."""
