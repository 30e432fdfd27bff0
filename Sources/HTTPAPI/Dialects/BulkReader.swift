import Domain
import Foundation
import Traffic

/// Elasticsearch's `_bulk`: a line that names an action, then, except for `delete`, a line with the document.
struct BulkReader: EnvelopeReader {
    enum Action: String { case index, create, update, delete }

    /// One action and, except for `delete`, the number of its event.
    struct Item {
        var action: Action
        var index: String
        var id: String?
        var event: Int?
        var isForeign = false  // for another scenario than the request's first
    }

    /// Each action has an answer of its own, which is held to the end.
    static let limit = 250_000

    private(set) var items: [Item] = []
    private let defaultIndex: String
    private var lines = LineSplitter()
    private var waiting: Item?  // for its document
    private var unnamed: [DeliveryKey: Int] = [:]  // how often documents of this content came

    init(index: String?) {
        defaultIndex = index ?? ""
        scenario = index.flatMap(UUID.init)
    }

    /// An index may be named after a scenario: the first that is names the request's.
    private var scenario: UUID?
    var tenant: String? { scenario?.uuidString }

    mutating func consume(_ bytes: UnsafeRawBufferPointer, into batch: inout EventBatch) throws {
        for line in lines.lines(endingIn: bytes) { try take(line, into: &batch) }
    }

    mutating func finish(into batch: inout EventBatch) throws {
        if let line = lines.last() { try take(line, into: &batch) }
        if let waiting {
            throw EnvelopeProblem(
                detail: "The body ends after \(waiting.action) on line \(lines.count), before its document.")
        }
        guard !items.isEmpty else { throw EnvelopeProblem(detail: "The body holds no action.") }
    }

    private mutating func take(_ line: LineSplitter.Line, into batch: inout EventBatch) throws {
        guard items.count < Self.limit else {
            throw DomainError(.tooLarge, "More than \(Self.limit) actions in one request; send them in parts.")
        }
        if line.text.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) { return }
        if var item = waiting {
            if line.isTooLong {
                item.event = batch.reject(line.text, as: .tooLong)
            } else if item.isForeign {
                item.event = batch.reject(line.text, as: .malformed)
            } else {
                item.event = add(line.text, of: item, to: &batch)
            }
            items.append(item)
            waiting = nil
        } else {
            var item = try action(line.text, line.number)
            if let named = UUID(text: item.index) {
                scenario = scenario ?? named
                item.isForeign = named != scenario
            }
            if item.action == .delete { items.append(item) } else { waiting = item }
        }
    }

    private func action(_ line: [UInt8], _ number: Int) throws -> Item {
        guard let json = try? JSONParser.parse(line), case .object(let members) = json, members.count == 1,
            let action = Action(rawValue: members[0].name), case .object = members[0].value
        else {
            throw EnvelopeProblem(
                detail: "Malformed action on line \(number): expected index, create, update or delete.")
        }
        let target = members[0].value
        return Item(action: action, index: target["_index"]?.text ?? defaultIndex, id: target["_id"]?.text)
    }

    private mutating func add(_ document: [UInt8], of item: Item, to batch: inout EventBatch) -> Int {
        var document = document
        if item.action == .update, let json = try? JSONParser.parse(document),
            let change = json["doc"] ?? json["upsert"]
        {
            document = change.compact
        }
        return batch.add(document, as: .object, key: key(of: document, item))
    }

    /// Names a document by `_id`, or, where it has a time, by its content and how often that came before in this request:
    /// rsyslog sends again what was in doubt, in other batches.
    private mutating func key(of document: [UInt8], _ item: Item) -> DeliveryKey? {
        func key(_ name: String) -> DeliveryKey {
            Array(item.index.utf8).withUnsafeBytes { index in
                Array(name.utf8).withUnsafeBytes { name in document.withUnsafeBytes { DeliveryKey(index, name, $0) } }
            }
        }
        if let id = item.id { return key("id:" + id) }
        guard document.contains(Self.time) else { return nil }
        let first = key("")
        let before = unnamed[first, default: 0]
        unnamed[first] = before + 1
        return before == 0 ? first : key("\(before)")
    }

    private static let time = Array("\"@timestamp\"".utf8)
}
