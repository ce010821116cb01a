/** How people choose when everything is compared: a distance, a time of the day, or an expression of their own. */

/** A number is of hours between two comparisons. */
export type ScheduleChoice = `${number}` | "daily" | "weekdays" | "cron";

const DAYS = { daily: "*", weekdays: "1-5", cron: "*" } as const;
const AT_A_TIME = /^(\d{1,2}) (\d{1,2}) \* \* (\*|1-5)$/;

export function choiceOf(hours: number, cron: string | null): ScheduleChoice {
  if (cron === null) return `${hours}`;
  const days = AT_A_TIME.exec(cron)?.[3];
  return days === undefined ? "cron" : days === "*" ? "daily" : "weekdays";
}

/** "02:00" of "0 2 * * *"; null where it is no single time of the day. */
export function timeOf(cron: string | null): string | null {
  const [, minute, hour] = AT_A_TIME.exec(cron ?? "") ?? [];
  return minute && hour ? `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` : null;
}

export function cronAt(choice: keyof typeof DAYS, time: string): string {
  const [hour, minute] = time.split(":").map(Number);
  return `${minute} ${hour} * * ${DAYS[choice]}`;
}
