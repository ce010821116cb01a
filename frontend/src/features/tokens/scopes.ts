import type { Permission } from "./queries";

/** What a token may be made for, in words. What is left out only people do. */
export const SCOPES: [Permission, string][] = [
  ["contacts:read", "See contacts, their history, conflicts and rejections; export them"],
  ["contacts:write", "Make, edit, delete and restore contacts; decide conflicts"],
  ["contacts:erase", "Erase people for privacy, on both sides"],
  ["duplicates:decide", "Merge contacts and take that back; say who is nobody’s duplicate"],
  ["sync:read", "See the dashboard and runs"],
  ["sync:run", "Start, approve and undo runs; pause and resume"],
  ["requests:read", "See in outline what was asked of HubSpot"],
  ["connection:read", "See the state of the HubSpot connection"],
  ["connection:write", "Connect and disconnect HubSpot"],
  ["mapping:read", "See the mapping and the fields"],
  ["mapping:write", "Change the mapping and the fields"],
  ["settings:read", "See the settings of the sync"],
  ["settings:write", "Change brakes, deletions and schedule"],
  ["members:read", "See who belongs to the organisation"],
  ["audit:read", "See and export the audit log"],
];
