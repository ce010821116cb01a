-- One request budget per HubSpot account. Unlogged: after a crash of the database the budget starts afresh, which
-- costs at most one window's worth of caution, since HubSpot's own 429 is the last word.
CREATE UNLOGGED TABLE request_buckets (
    tenant_id uuid NOT NULL,
    bucket text NOT NULL,
    -- Generic cell rate algorithm: the theoretical arrival time of the next request.
    tat timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, bucket)
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE request_usage (
    tenant_id uuid NOT NULL,
    slot timestamptz NOT NULL,
    lane text NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (tenant_id, slot, lane)
);

-- Reserves the next slot: returns how long to wait before sending, and the database's time at that moment.
-- `burst` requests may go at once after a rest, then one every `window_seconds / allowed`.
CREATE FUNCTION reserve_request(
    tenant uuid, bucket_name text, lane_name text, allowed integer, window_seconds float8, burst integer,
    OUT wait_seconds float8, OUT send_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    step interval := make_interval(secs => window_seconds / allowed);
    slot_at timestamptz;
BEGIN
    PERFORM set_config('loanark.tenant_id', tenant::text, true);
    INSERT INTO request_buckets AS b (tenant_id, bucket, tat)
    VALUES (tenant, bucket_name, clock_timestamp() + step)
    ON CONFLICT (tenant_id, bucket) DO UPDATE
        SET tat = greatest(b.tat, clock_timestamp() - step * (burst - 1)) + step
    RETURNING tat - step INTO slot_at;
    send_at := greatest(slot_at, clock_timestamp());
    wait_seconds := extract(epoch FROM send_at - clock_timestamp());
    INSERT INTO request_usage AS u (tenant_id, slot, lane, used)
    VALUES (tenant, date_bin('10 seconds', send_at, 'epoch'), lane_name, 1)
    ON CONFLICT (tenant_id, slot, lane) DO UPDATE SET used = u.used + 1;
END $$;

-- HubSpot said 429: nobody sends before the pause is over.
CREATE FUNCTION pause_requests(tenant uuid, bucket_name text, pause_seconds float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('loanark.tenant_id', tenant::text, true);
    INSERT INTO request_buckets AS b (tenant_id, bucket, tat)
    VALUES (tenant, bucket_name, clock_timestamp() + make_interval(secs => pause_seconds))
    ON CONFLICT (tenant_id, bucket) DO UPDATE
        SET tat = greatest(b.tat, clock_timestamp() + make_interval(secs => pause_seconds));
END $$;
