"""What the API takes and tells, checked by its types."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """The base of every message. Not Ninja's: that one searches each field in three ways, half the work of a page."""

    model_config = ConfigDict(from_attributes=True)
