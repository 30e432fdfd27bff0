public import SQLDatabase

/// The tables, step by step. A step that was released is never edited. Times are microseconds since 1970, UTC.
public enum Schema {
    public static let migrations: [Migration] = [
        Migration(1, "accounts") { type in
            [
                """
                CREATE TABLE account (
                    id \(type.uuid) PRIMARY KEY, email TEXT NOT NULL UNIQUE, created_at \(type.integer) NOT NULL)
                """,
                """
                CREATE TABLE api_key (
                    id \(type.uuid) PRIMARY KEY, owner \(type.uuid) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    name TEXT NOT NULL, prefix TEXT NOT NULL, secret_hash \(type.blob) NOT NULL UNIQUE,
                    scenario \(type.uuid), created_at \(type.integer) NOT NULL)
                """,
                "CREATE INDEX api_key_owner ON api_key (owner)",
            ]
        },
        Migration(2, "scenarios") { type in
            [
                """
                CREATE TABLE scenario (
                    id \(type.uuid) PRIMARY KEY, owner \(type.uuid) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    name TEXT NOT NULL, description TEXT NOT NULL, region TEXT NOT NULL, workload TEXT NOT NULL,
                    growth TEXT NOT NULL, sample_rate TEXT NOT NULL,
                    status TEXT NOT NULL CHECK (status IN ('draft', 'running', 'completed', 'archived')),
                    version \(type.integer) NOT NULL, created_at \(type.integer) NOT NULL,
                    updated_at \(type.integer) NOT NULL)
                """,
                "CREATE INDEX scenario_created ON scenario (owner, created_at, id)",
                "CREATE INDEX scenario_updated ON scenario (owner, updated_at, id)",
                "CREATE INDEX scenario_name ON scenario (owner, name, id)",
                """
                CREATE TABLE scenario_tag (
                    scenario \(type.uuid) NOT NULL REFERENCES scenario (id) ON DELETE CASCADE, tag TEXT NOT NULL,
                    position \(type.integer) NOT NULL, PRIMARY KEY (scenario, tag))
                """,
            ]
        },
        Migration(3, "traffic") { type in
            [
                """
                CREATE TABLE traffic_segment (
                    scenario \(type.uuid) NOT NULL REFERENCES scenario (id) ON DELETE CASCADE,
                    hour \(type.integer) NOT NULL, writer \(type.integer) NOT NULL, revision \(type.integer) NOT NULL,
                    profile \(type.blob) NOT NULL, PRIMARY KEY (scenario, hour, writer))
                """,
                """
                CREATE TABLE delivery (
                    scenario \(type.uuid) NOT NULL REFERENCES scenario (id) ON DELETE CASCADE,
                    delivery_key \(type.blob) NOT NULL, received_at \(type.integer) NOT NULL,
                    PRIMARY KEY (scenario, delivery_key))
                """,
                "CREATE INDEX delivery_received ON delivery (received_at)",
            ]
        },
        Migration(4, "event samples") { type in
            [
                """
                CREATE TABLE event_sample (
                    scenario \(type.uuid) NOT NULL REFERENCES scenario (id) ON DELETE CASCADE, id \(type.uuid) NOT NULL,
                    received_at \(type.integer) NOT NULL, minute \(type.integer), bytes \(type.integer) NOT NULL,
                    text TEXT NOT NULL, PRIMARY KEY (scenario, id))
                """
            ]
        },
        Migration(5, "search") { _ in
            [
                "ALTER TABLE scenario ADD COLUMN search TEXT NOT NULL DEFAULT ''",
                "UPDATE scenario SET search = lower(name || ' ' || description)",
            ]
        },
    ]
}
