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
        Migration(6, "sign-in") { type in
            [
                "ALTER TABLE account ADD COLUMN name TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE account ADD COLUMN role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin'))",
                """
                ALTER TABLE account ADD COLUMN plan TEXT NOT NULL DEFAULT 'free'
                    CHECK (plan IN ('free', 'premium', 'enterprise'))
                """,
                "ALTER TABLE account ADD COLUMN disabled \(type.integer) NOT NULL DEFAULT 0",
                "ALTER TABLE account ADD COLUMN verified_at \(type.integer)",
                "ALTER TABLE account ADD COLUMN password_hash TEXT",
                "ALTER TABLE account ADD COLUMN search TEXT NOT NULL DEFAULT ''",
                "UPDATE account SET search = email",
                "CREATE INDEX account_created ON account (created_at, id)",
                "ALTER TABLE api_key ADD COLUMN scopes \(type.integer) NOT NULL DEFAULT 31",
                "ALTER TABLE api_key ADD COLUMN expires_at \(type.integer)",
                "ALTER TABLE api_key ADD COLUMN last_used_at \(type.integer)",
                """
                CREATE TABLE api_key_place (
                    api_key \(type.uuid) NOT NULL REFERENCES api_key (id) ON DELETE CASCADE, place TEXT NOT NULL,
                    PRIMARY KEY (api_key, place))
                """,
                """
                CREATE TABLE session (
                    id \(type.uuid) PRIMARY KEY, owner \(type.uuid) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                    created_at \(type.integer) NOT NULL, last_used_at \(type.integer) NOT NULL,
                    expires_at \(type.integer) NOT NULL, revoked_at \(type.integer), address TEXT, user_agent TEXT)
                """,
                "CREATE INDEX session_owner ON session (owner, id)",
                "CREATE INDEX session_expires ON session (expires_at)",
                """
                CREATE TABLE refresh_token (
                    token_hash \(type.blob) PRIMARY KEY,
                    session \(type.uuid) NOT NULL REFERENCES session (id) ON DELETE CASCADE, used_at \(type.integer))
                """,
                "CREATE INDEX refresh_token_session ON refresh_token (session)",
                """
                CREATE TABLE sign_in_failure (
                    address_hash \(type.blob) PRIMARY KEY, failures \(type.integer) NOT NULL,
                    failed_at \(type.integer) NOT NULL, locked_until \(type.integer))
                """,
                "CREATE INDEX sign_in_failure_at ON sign_in_failure (failed_at)",
                """
                CREATE TABLE mailed_token (
                    token_hash \(type.blob) PRIMARY KEY,
                    owner \(type.uuid) NOT NULL REFERENCES account (id) ON DELETE CASCADE, purpose TEXT NOT NULL,
                    expires_at \(type.integer) NOT NULL)
                """,
                "CREATE INDEX mailed_token_owner ON mailed_token (owner)",
                "CREATE INDEX mailed_token_expires ON mailed_token (expires_at)",
            ]
        },
        Migration(7, "audit") { type in
            let columns = """
                at \(type.integer) NOT NULL, action TEXT NOT NULL, account \(type.uuid), api_key \(type.uuid),
                    resource_type TEXT, resource_id TEXT, details TEXT NOT NULL, address TEXT, correlation_id TEXT NOT NULL
                """
            return [
                "CREATE TABLE audit_waiting (id \(type.counter) PRIMARY KEY, event \(type.blob) NOT NULL)",
                """
                CREATE TABLE audit_entry (
                    sequence \(type.integer) PRIMARY KEY, id \(type.uuid) NOT NULL, \(columns),
                    secret_id TEXT NOT NULL, link \(type.blob) NOT NULL)
                """,
                "CREATE INDEX audit_entry_account ON audit_entry (account, sequence)",
                "CREATE INDEX audit_entry_resource ON audit_entry (resource_id, sequence)",
                "CREATE INDEX audit_entry_correlation ON audit_entry (correlation_id)",
                """
                CREATE TABLE audit_head (
                    id \(type.integer) PRIMARY KEY CHECK (id = 1), sequence \(type.integer) NOT NULL,
                    link \(type.blob) NOT NULL, secret_id TEXT NOT NULL, seal \(type.blob) NOT NULL)
                """,
                """
                CREATE TABLE audit_segment (
                    sequence \(type.integer) PRIMARY KEY, link \(type.blob) NOT NULL, secret_id TEXT NOT NULL,
                    seal \(type.blob) NOT NULL, begins_at \(type.integer) NOT NULL, ends_at \(type.integer) NOT NULL,
                    purged \(type.integer) NOT NULL)
                """,
            ] + appendOnly(type)
        },
        Migration(8, "creations, and deliveries that outlive their scenario") { type in
            // Millions of keys of one scenario are forgotten in pieces, not with it.
            let deliveries =
                type == .postgresql
                ? ["ALTER TABLE delivery DROP CONSTRAINT delivery_scenario_fkey"]
                : [
                    """
                    CREATE TABLE delivery_key (
                        scenario \(type.uuid) NOT NULL, delivery_key \(type.blob) NOT NULL,
                        received_at \(type.integer) NOT NULL, PRIMARY KEY (scenario, delivery_key))
                    """,
                    "INSERT INTO delivery_key SELECT scenario, delivery_key, received_at FROM delivery",
                    "DROP TABLE delivery", "ALTER TABLE delivery_key RENAME TO delivery",
                    "CREATE INDEX delivery_received ON delivery (received_at)",
                ]
            // Names sort by their bytes, on both databases.
            let names = type == .postgresql ? ["ALTER TABLE scenario ALTER COLUMN name TYPE TEXT COLLATE \"C\""] : []
            return deliveries + names + [
                """
                CREATE TABLE creation (
                    owner \(type.uuid) NOT NULL REFERENCES account (id) ON DELETE CASCADE, name \(type.blob) NOT NULL,
                    content \(type.blob) NOT NULL, scenario \(type.uuid) NOT NULL, created_at \(type.integer) NOT NULL,
                    PRIMARY KEY (owner, name))
                """,
                "CREATE INDEX creation_created ON creation (created_at)",
            ]
        },
        Migration(9, "the audit log's beginning, and its searches") { type in
            let zeros = type == .postgresql ? "decode(repeat('00', 32), 'hex')" : "zeroblob(32)"
            let nothing = type == .postgresql ? "''::bytea" : "x''"
            let searches = ["account", "resource_id", "action", "address", "correlation_id"].map {
                "CREATE INDEX audit_search_\($0) ON audit_entry (\($0), at, sequence)"
            }
            return [
                // A log has an end, from its first day: one without was emptied.
                """
                INSERT INTO audit_head (id, sequence, link, secret_id, seal) SELECT 1, 0, \(zeros), '', \(nothing)
                WHERE NOT EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS (SELECT 1 FROM audit_entry)
                """,
                "DROP INDEX audit_entry_account", "DROP INDEX audit_entry_resource",
                "DROP INDEX audit_entry_correlation",
                "CREATE INDEX audit_search_at ON audit_entry (at, sequence)",
            ] + searches + sealedSegments(type)
        },
        Migration(10, "settings, and credentials that are over") { _ in
            [
                "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
                "CREATE INDEX refresh_token_used ON refresh_token (used_at)",
                "CREATE INDEX api_key_expires ON api_key (expires_at)",
            ]
        },
        Migration(11, "segments in order, and entries that are kept a year", boundedSegments),
        Migration(12, "keys that were rotated") { type in
            ["ALTER TABLE api_key ADD COLUMN is_replaced \(type.bool) NOT NULL DEFAULT FALSE"]
        },
    ]

    /// What a trigger is made of, in a form that a database's own account of it has, too: its words, which PostgreSQL
    /// has in another order, and there the body of its function.
    struct Trigger: Equatable {
        var words: [String]
        var body: String

        init(_ statement: String, body: String, _ dialect: SQLDialect) {
            words = statement.split(whereSeparator: \.isWhitespace).map(String.init)
            if dialect == .postgresql { words.sort() }
            self.body = body
        }
    }

    /// The triggers that all migrations leave, by name.
    static func triggers(_ dialect: SQLDialect) -> [String: Trigger] {
        var (triggers, bodies): ([String: String], [String: String]) = ([:], [:])
        for statement in migrations.flatMap({ $0.statements(dialect) }) {
            let words = statement.split(maxSplits: 5, whereSeparator: \.isWhitespace).map(String.init)
            if words.count > 2, words[1] == "TRIGGER" {
                triggers[words[2]] = words[0] == "CREATE" ? statement : nil
            } else if let function = words.firstIndex(of: "FUNCTION"), words[0] == "CREATE" {
                bodies[words[function + 1]] = String(statement.split(separator: "$body$")[1])
            }
        }
        return triggers.mapValues { statement in
            let function = statement.split(whereSeparator: \.isWhitespace).last.map(String.init)
            return Trigger(statement, body: function.flatMap { bodies[$0] } ?? "", dialect)
        }
    }

    /// The tables that the migrations make.
    static func tables(_ dialect: SQLDialect) -> [String] {
        migrations.flatMap { $0.statements(dialect) }.compactMap { statement in
            let words = statement.split(maxSplits: 3, whereSeparator: \.isWhitespace)
            return words.starts(with: ["CREATE", "TABLE"]) ? String(words[2]) : nil
        }
    }

    /// Lets nothing change an entry, nor take one out that is in no segment that is over.
    private static func appendOnly(_ dialect: SQLDialect) -> [String] {
        let over = "SELECT COALESCE(MAX(sequence), 0) FROM audit_segment WHERE purged = 1"
        switch dialect {
        case .sqlite:
            return [
                """
                CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry
                BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
                """,
                """
                CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry WHEN OLD.sequence > (\(over))
                BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
                """,
            ]
        case .postgresql:
            return [
                """
                CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        IF OLD.sequence <= (\(over)) THEN RETURN OLD; END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit log is append-only';
                END $body$
                """,
                """
                CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry
                FOR EACH ROW EXECUTE FUNCTION audit_refuse()
                """,
                """
                CREATE TRIGGER audit_entry_all BEFORE TRUNCATE ON audit_entry
                FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
                """,
            ]
        }
    }

    /// Lets nothing take another entry's place, and nothing open what is younger than a year to deletion.
    private static func sealedSegments(_ dialect: SQLDialect) -> [String] {
        let isPurge = isPurge(dialect)
        switch dialect {
        case .sqlite:
            let refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            return [
                """
                CREATE TRIGGER audit_entry_insert BEFORE INSERT ON audit_entry
                WHEN EXISTS (SELECT 1 FROM audit_entry WHERE sequence >= NEW.sequence) \(refuse)
                """,
                "CREATE TRIGGER audit_segment_insert BEFORE INSERT ON audit_segment WHEN NEW.purged <> 0 \(refuse)",
                "CREATE TRIGGER audit_segment_update BEFORE UPDATE ON audit_segment WHEN NOT (\(isPurge)) \(refuse)",
                "CREATE TRIGGER audit_segment_delete BEFORE DELETE ON audit_segment \(refuse)",
            ]
        case .postgresql:
            return [
                """
                CREATE FUNCTION audit_segment_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.purged = 0 THEN RETURN NEW; END IF;
                    ELSIF TG_OP = 'UPDATE' THEN
                        IF \(isPurge) THEN RETURN NEW; END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit log is append-only';
                END $body$
                """,
                """
                CREATE TRIGGER audit_segment_rows BEFORE INSERT OR UPDATE OR DELETE ON audit_segment
                FOR EACH ROW EXECUTE FUNCTION audit_segment_refuse()
                """,
                """
                CREATE TRIGGER audit_segment_all BEFORE TRUNCATE ON audit_segment
                FOR EACH STATEMENT EXECUTE FUNCTION audit_segment_refuse()
                """,
            ]
        }
    }

    /// Lets a segment come only behind the others and over entries that are there, and no entry go before its own year is
    /// over.
    private static func boundedSegments(_ dialect: SQLDialect) -> [String] {
        let over = "SELECT COALESCE(MAX(sequence), 0) FROM audit_segment WHERE purged = 1"
        let isNext = """
            NEW.purged = 0 AND NEW.sequence > (SELECT COALESCE(MAX(sequence), 0) FROM audit_segment)
                AND NEW.sequence <= (SELECT COALESCE(MAX(sequence), 0) FROM audit_entry)
            """
        let isOver = "OLD.sequence <= (\(over)) AND OLD.at <= (\(now(dialect)) - 365 * 86400) * 1000000"
        switch dialect {
        case .sqlite:
            let refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            return [
                "DROP TRIGGER audit_entry_delete", "DROP TRIGGER audit_segment_insert",
                "CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry WHEN NOT (\(isOver)) \(refuse)",
                "CREATE TRIGGER audit_segment_insert BEFORE INSERT ON audit_segment WHEN NOT (\(isNext)) \(refuse)",
            ]
        case .postgresql:
            return [
                """
                CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        IF \(isOver) THEN RETURN OLD; END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit log is append-only';
                END $body$
                """,
                """
                CREATE OR REPLACE FUNCTION audit_segment_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    IF TG_OP = 'INSERT' THEN
                        IF \(isNext) THEN RETURN NEW; END IF;
                    ELSIF TG_OP = 'UPDATE' THEN
                        IF \(isPurge(dialect)) THEN RETURN NEW; END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit log is append-only';
                END $body$
                """,
            ]
        }
    }

    /// The database's clock, in seconds since 1970.
    private static func now(_ dialect: SQLDialect) -> String {
        dialect == .sqlite ? "CAST(strftime('%s', 'now') AS INTEGER)" : "extract(epoch FROM now())::bigint"
    }

    /// A segment's year is over, and nothing else about it changes.
    private static func isPurge(_ dialect: SQLDialect) -> String {
        """
        OLD.purged = 0 AND NEW.purged = 1 AND OLD.sequence = NEW.sequence AND OLD.link = NEW.link
            AND OLD.secret_id = NEW.secret_id AND OLD.seal = NEW.seal AND OLD.begins_at = NEW.begins_at
            AND OLD.ends_at = NEW.ends_at AND OLD.ends_at <= (\(now(dialect)) - 365 * 86400) * 1000000
        """
    }
}
