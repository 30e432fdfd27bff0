import CPostgres
import Foundation

/// The types the drivers know, by their number in `pg_type`.
private enum TypeOID {
    static let (bool, bytea, int8, int4, text, float8): (Oid, Oid, Oid, Oid, Oid, Oid) = (16, 17, 20, 23, 25, 701)
    static let (varchar, uuid, name, void): (Oid, Oid, Oid, Oid) = (1043, 2950, 19, 2278)
}

extension SQLValue {
    /// 0 lets the server infer the type.
    var typeOID: Oid {
        switch self {
        case .null: 0
        case .bool: TypeOID.bool
        case .integer: TypeOID.int8
        case .real: TypeOID.float8
        case .text: TypeOID.text
        case .blob: TypeOID.bytea
        case .uuid: TypeOID.uuid
        }
    }

    /// Appends the binary form; numbers are big-endian.
    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .integer(let value): Swift.withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
        case .real(let value): Swift.withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes += $0 }
        case .text(let value): bytes += value.utf8
        case .blob(let value): bytes += value
        case .uuid(let value): Swift.withUnsafeBytes(of: value.uuid) { bytes += $0 }
        }
    }
}

/// Bound values in the form libpq takes: one buffer, with where each value begins.
struct Parameters {
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []

    init(_ values: [SQLValue]) {
        for value in values {
            let start = bytes.count
            value.append(to: &bytes)
            offsets.append(value == .null ? nil : start)
            lengths.append(Int32(bytes.count - start))
        }
        bytes.append(0)  // so that the buffer has an address
    }

    func execute(_ name: String, on connection: OpaquePointer) -> OpaquePointer? {
        withPointers { PQexecPrepared(connection, name, Int32(offsets.count), $0, lengths, $1, 1) }
    }

    func send(_ name: String, on connection: OpaquePointer) -> Bool {
        withPointers { PQsendQueryPrepared(connection, name, Int32(offsets.count), $0, lengths, $1, 1) } == 1
    }

    private func withPointers<Value>(_ body: ([UnsafePointer<CChar>?], [Int32]) -> Value) -> Value {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
            return body(offsets.map { $0.map { base + $0 } }, [Int32](repeating: 1, count: offsets.count))
        }
    }
}

/// A result of libpq, freed with the last reference.
final class PostgresAnswer {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    var rows: Int32 { PQntuples(result) }
    var changedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }  // "" for statements that change none

    /// What the server calls what it did: `COMMIT`, `INSERT 0 1`.
    var tag: String { String(cString: PQcmdStatus(result)) }

    func field(_ code: Int32) -> String {
        PQresultErrorField(result, code).map { String(cString: $0) } ?? ""
    }

    func value(_ row: Int32, _ column: Int32) throws(SQLError) -> SQLValue {
        guard (0..<PQnfields(result)).contains(column) else { throw .statement("there is no column \(column)") }
        guard PQgetisnull(result, row, column) == 0 else { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
        switch PQftype(result, column) {
        case TypeOID.bool: return .bool(bytes[0] != 0)
        case TypeOID.int8: return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case TypeOID.int4: return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case TypeOID.float8:
            return .real(Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))))
        case TypeOID.text, TypeOID.varchar, TypeOID.name: return .text(String(decoding: bytes, as: UTF8.self))
        case TypeOID.bytea: return .blob([UInt8](bytes))
        case TypeOID.uuid: return .uuid(UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)))
        case TypeOID.void: return .null
        case let other: throw .statement("column \(column) has type number \(other); cast it in the statement")
        }
    }
}

struct PostgresRow: SQLRow {
    let answer: PostgresAnswer
    let row: Int32

    func value(_ column: Int) throws(SQLError) -> SQLValue {
        try answer.value(row, Int32(column))
    }
}
