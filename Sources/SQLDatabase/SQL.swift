public import Foundation

/// A value that is bound to a statement or read from a row. Both drivers know these types and no others.
public enum SQLValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case uuid(UUID)
}

/// What can stand in the interpolation of an ``SQL`` statement.
public protocol SQLConvertible: Sendable {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLConvertible { public var sqlValue: SQLValue { self } }
extension Bool: SQLConvertible { public var sqlValue: SQLValue { .bool(self) } }
extension Int: SQLConvertible { public var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Int64: SQLConvertible { public var sqlValue: SQLValue { .integer(self) } }
extension Double: SQLConvertible { public var sqlValue: SQLValue { .real(self) } }
extension String: SQLConvertible { public var sqlValue: SQLValue { .text(self) } }
extension UUID: SQLConvertible { public var sqlValue: SQLValue { .uuid(self) } }
extension [UInt8]: SQLConvertible { public var sqlValue: SQLValue { .blob(self) } }
extension Optional where Wrapped: SQLConvertible {
    public var sqlValue: SQLValue { if let value = self { value.sqlValue } else { .null } }
}

/// One statement. An interpolated value is bound, never pasted: `"SELECT name FROM scenario WHERE id = \(id)"`.
/// `\(sql: fragment)` joins another statement's text and values, `\(list: values)` writes placeholders for
/// the right side of `IN`, `\(rows: rows)` those of rows.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The text with `$1`, `$2` … in the order of ``values``, which both drivers read alike.
    public private(set) var text: String
    public private(set) var values: [SQLValue]
    /// Where the values are a row of these.
    private(set) var deferred: DeferredInserts?

    public init(stringLiteral text: String) {
        (self.text, values) = (text, [])
    }

    fileprivate init(text: String, row: [SQLValue], of inserts: DeferredInserts) {
        (self.text, values, deferred) = (text, row, inserts)
    }

    /// Statements that insert rows, of as many each as a power of two has, up to 64: a statement costs more than a row,
    /// and each text is kept.
    /// - Parameter table: Its name and the columns.
    public static func insertions(of rows: [[SQLValue]], into table: SQL) -> [SQL] {
        var (rest, statements): (ArraySlice<[SQLValue]>, [SQL]) = (rows[...], [])
        while !rest.isEmpty {
            var count = 64
            while count > rest.count { count /= 2 }
            statements.append("INSERT INTO \(sql: table) VALUES \(rows: Array(rest.prefix(count)))")
            rest = rest.dropFirst(count)
        }
        return statements
    }

    public init(stringInterpolation: StringInterpolation) {
        (text, values) = (stringInterpolation.text, stringInterpolation.values)
    }

    /// Text that is not a literal, without values.
    public init(text: String) {
        self.init(stringLiteral: text)
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var values: [SQLValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 4 * interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        public mutating func appendInterpolation(_ value: some SQLConvertible) {
            values.append(value.sqlValue)
            text += Self.placeholder(values.count)
        }

        public mutating func appendInterpolation<Value: SQLConvertible>(_ value: Value?) {
            appendInterpolation(value.sqlValue)
        }

        /// Repeats the last value up to a power of two: each text is prepared and kept, so there must not be many.
        public mutating func appendInterpolation(list: [some SQLConvertible]) {
            guard let last = list.last else { return }
            var count = 1
            while count < list.count { count *= 2 }
            for index in 0..<count {
                if index > 0 { text += ", " }
                appendInterpolation(index < list.count ? list[index] : last)
            }
        }

        /// Writes a row after another, for `VALUES`.
        public mutating func appendInterpolation(rows: [[SQLValue]]) {
            values.reserveCapacity(values.count + rows.reduce(0) { $0 + $1.count })
            for (number, row) in rows.enumerated() {
                text += number == 0 ? "(" : ", ("
                for (column, value) in row.enumerated() {
                    if column > 0 { text += ", " }
                    values.append(value)
                    text += Self.placeholder(values.count)
                }
                text += ")"
            }
        }

        private static let placeholders = (0...1_024).map { "$\($0)" }

        private static func placeholder(_ number: Int) -> String {
            number < placeholders.count ? placeholders[number] : "$\(number)"
        }

        public mutating func appendInterpolation(sql fragment: SQL) {
            let parts = fragment.text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
            text += Substring(parts[0])
            for part in parts.dropFirst() {  // `$3` of the fragment becomes `$(3 + values before it)`
                let digits = part.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                text += Self.placeholder(values.count + (Int(Substring(digits)) ?? 0))
                text += Substring(part[digits.endIndex...])
            }
            values += fragment.values
        }
    }
}

/// Inserts into a table that nobody asks for what was inserted before the commit: SQLite makes those of all writes of a
/// commit at its end, together. One that breaks a rule of the table ends the whole commit as unavailable.
public struct DeferredInserts: Sendable, Hashable {
    let table: String
    private let columns: Int
    private let text: String

    /// - Parameters:
    ///   - table: Its name and the columns.
    ///   - columns: How many there are.
    public init(into table: String, columns: Int) {
        (self.table, self.columns) = (table, columns)
        let row = [SQLValue](repeating: .null, count: columns)
        text = SQL.insertions(of: [row], into: SQL(text: table)).map(\.text).joined()
    }

    /// - Precondition: The row has as many values as there are columns.
    public func insertion(of row: [SQLValue]) -> SQL {
        precondition(row.count == columns, "\(row.count) values for \(table)")
        return SQL(text: text, row: row, of: self)
    }
}
