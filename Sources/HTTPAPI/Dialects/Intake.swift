import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Synchronization
import Traffic

/// Takes a request's body into a scenario's traffic, piece by piece.
struct Intake: Sendable {
    var ingest: IngestService
    var limits: LimitService

    /// Bytes of a body without its content encoding. It is metered as it comes, whatever its size; a Snappy block
    /// inflates only as a whole.
    private static let limit = 1 << 30
    private static let snappyLimit = 64 << 20
    /// What a batch may hold before it is metered.
    private static let batchBytes = 4 << 20
    private static let batchEvents = 50_000
    /// Bytes that are metered before other requests get their turn: a millisecond's work.
    private static let turnBytes = 256 << 10
    /// Bodies that are read at a time; each may hold some megabytes.
    private static let bodiesLimit = 64

    private let bodies = Bodies()

    private final class Bodies: Sendable { let count = Atomic(0) }

    init(ingest: IngestService, limits: LimitService) { (self.ingest, self.limits) = (ingest, limits) }

    static let scenarioHeader = Parameter.header("X-Scenario-ID", .id, "The scenario that the traffic is for.")
    static let scenarioQuery = Parameter.query("scenario_id", .id, "The same, for clients that set no header.")
    static let deliveryKey = Parameter<String>.header(
        "Idempotency-Key", .header(1...255), "Names the delivery; one that is sent again counts once.")
    static let parameters: [any ParameterDeclaration] = [scenarioHeader, scenarioQuery, deliveryKey]
    static let errors: [DomainError.Code] = [.conflict, .notFound, .tooLarge]

    struct Outcome: Sendable {
        var receipt: IngestService.Receipt
        var refused: [Int: RejectReason]  // by the event's number
    }

    /// Header, path prefix, the dialect's own tenant, query, or the key's own scenario; the first that is there.
    private func target(_ request: APIRequest, tenant: String? = nil) async throws -> Scenario {
        if let scenario = try await early(request, tenant: tenant) { return scenario }
        if let id = try request(Self.scenarioQuery) ?? request.caller.scenario {
            return try await ingest.target(id, by: try request.caller)
        }
        throw DomainError(
            .invalid, "No scenario is named: send X-Scenario-ID, or put /s/<scenario id> before the path.")
    }

    /// The scenario where nothing in the body can name another.
    private func early(_ request: APIRequest, tenant: String?) async throws -> Scenario? {
        let caller = try request.caller
        if let id = try request(Self.scenarioHeader) ?? request.prefixScenario {
            return try await ingest.target(id, by: caller)
        }
        // A tenant that is no scenario's id means something else to the client: Splunk's send a channel of their own.
        guard let id = tenant.flatMap(UUID.init) else { return nil }
        do { return try await ingest.target(id, by: caller) } catch let error as DomainError
            where error.code == .notFound
        {
            guard try request(Self.scenarioQuery) ?? caller.scenario != nil else { throw error }
            return nil
        }
    }

    private static func options(_ format: LogFormat) -> MeterOptions {
        MeterOptions(
            format: format, textCounts: true, samples: IngestService.samplesOfADelivery,
            maxLineBytes: LineSplitter.longest)
    }

    /// What was read of a delivery.
    private struct Reading {
        var sent = 0  // bytes, as they came
        var bytes = 0  // without content encoding
        var events = 0
    }

    /// Charges for what was read, whether the delivery is stored, is refused or breaks off.
    private func charging<Value>(
        _ request: APIRequest, _ read: (inout Reading) async throws -> Value
    ) async throws -> Value {
        var reading = Reading()
        let result: Result<Value, any Error>
        do { result = .success(try await read(&reading)) } catch { result = .failure(error) }
        try await limits.charge(
            try request.caller, events: reading.events, bytes: max(reading.sent, reading.bytes))
        return try result.get()
    }

    /// Meters a body of records in one of the log formats.
    func meter(_ request: APIRequest, as format: LogFormat) async throws -> IngestService.Receipt {
        try await charging(request) { try await meter(request, as: format, &$0) }
    }

    private func meter(
        _ request: APIRequest, as format: LogFormat, _ reading: inout Reading
    ) async throws -> IngestService.Receipt {
        let scenario = try await target(request)
        let named = NamedEvents()
        var options = Self.options(format)
        if try request(Self.deliveryKey) == nil {  // otherwise the sender names the whole
            options.setAside = { named.add($0) }
        }
        var meter = TrafficMeter(options: options, sourceName: "ingest")
        var delivery = Delivery(options: Self.options(.ndjson))
        let content = try await body(of: request, &reading) {
            try meter.consume($0)
        } between: {
            $0.events = meter.recordCount + named.batch.count
            guard Self.isFull(named.batch) else { return }
            try await delivery.add(named.take(), for: scenario, ingest)
        }
        let others = try Self.readable { try meter.finish() }
        reading.events = others.accounting.read + named.batch.count
        try await delivery.add(named.take(), for: scenario, ingest)
        let name = try name(request, others, content: content)
        var receipt = try await ingest.take(
            others.merging(delivery.finish().named), for: scenario, delivery: name, events: delivery.keys,
            samples: Array((meter.samples + delivery.samples).prefix(IngestService.samplesOfADelivery)))
        receipt.duplicates += delivery.duplicates
        return receipt
    }

    private static func isFull(_ batch: EventBatch) -> Bool {
        batch.bytes.count > batchBytes || batch.events.count > batchEvents
    }

    /// Meters the events of an envelope.
    /// - Parameter tenant: The scenario that the dialect's headers name.
    func take(_ request: APIRequest, tenant: String? = nil, _ reader: inout some EnvelopeReader) async throws -> Outcome
    {
        try await charging(request) { try await take(request, tenant: tenant, &reader, &$0) }
    }

    private func take(
        _ request: APIRequest, tenant: String?, _ reader: inout some EnvelopeReader, _ reading: inout Reading
    ) async throws -> Outcome {
        let early = try await early(request, tenant: tenant)
        var batch = EventBatch()
        var delivery = Delivery(options: Self.options(.ndjson))
        let content = try await body(of: request, &reading) {
            try reader.consume($0, into: &batch)
        } between: {
            $0.events = batch.count
            guard Self.isFull(batch), !reader.isWaiting else { return }
            if batch.hasKeys {
                let scenario = if let early { early } else { try await target(request, tenant: reader.tenant) }
                try await delivery.add(batch, for: scenario, ingest)
            } else {
                delivery.add(batch)
            }
            batch.removeAll()
        }
        try Self.readable { try reader.finish(into: &batch) }
        reading.events = batch.count
        let scenario = if let early { early } else { try await target(request, tenant: reader.tenant) }
        try await delivery.add(batch, for: scenario, ingest)
        let (named, others) = delivery.finish()
        let name = try name(request, others, content: content)
        var receipt = try await ingest.take(
            others.merging(named), for: scenario, delivery: name, events: delivery.keys, samples: delivery.samples)
        receipt.duplicates += delivery.duplicates
        return Outcome(receipt: receipt, refused: delivery.refused)
    }

    /// What names a whole delivery: its sender, or its content when all its events have a time or a name of their own,
    /// because shippers send the same bytes again when an answer was lost.
    /// - Parameter others: Its events without a name of their own; those with one need no other.
    private func name(
        _ request: APIRequest, _ others: TrafficProfile, content: DeliveryKey
    ) throws -> DeliveryName? {
        if let given = try request(Self.deliveryKey) { return DeliveryName(DeliveryKey(given), content: content) }
        return others.untimed.events == 0 && others.accounting.read > 0 ? DeliveryName(content) : nil
    }

    // MARK: Body

    /// The whole body as it is, to be looked at before it is taken in; it is charged for here only if it breaks off.
    func held(_ request: APIRequest) async throws -> ByteBuffer {
        let place = try limits.openDelivery(try request.caller)
        defer { withExtendedLifetime(place) {} }
        var held = ByteBuffer()
        do { for try await chunk in request.request.body { held.writeImmutableBuffer(chunk) } } catch {
            try await limits.charge(try request.caller, events: 0, bytes: held.readableBytes)
            throw error
        }
        return held
    }

    /// Reads the body without its content encoding.
    /// - Parameters:
    ///   - reading: Counts what is read as it comes.
    ///   - between: Called often enough that little has come since the last time, however far it inflates.
    /// - Returns: What the content is known by.
    private func body(
        of request: APIRequest, _ reading: inout Reading, _ take: (UnsafeRawBufferPointer) throws -> Void,
        between: (inout Reading) async throws -> Void
    ) async throws -> DeliveryKey {
        let place = try limits.openDelivery(try request.caller)
        defer { withExtendedLifetime(place) {} }
        let isFree = bodies.count.add(1, ordering: .relaxed).newValue <= Self.bodiesLimit
        defer { bodies.count.subtract(1, ordering: .relaxed) }
        guard isFree else { throw DomainError(.unavailable, "Too many deliveries at a time; try again shortly.") }
        let encoding = try Self.encoding(request.request)
        var decoder = try BodyDecoder(encoding, limit: encoding == .snappy ? Self.snappyLimit : Self.limit)
        var digest = DeliveryKey.Hasher()
        func digested(_ text: UnsafeRawBufferPointer) throws {
            digest.update(text)
            reading.bytes += text.count
            try take(text)
        }
        // Others get their turn however far a body inflates, and however much of it is there already.
        var yielded = 0
        func pause() async throws {
            try await between(&reading)
            guard reading.bytes - yielded >= Self.turnBytes else { return }
            yielded = reading.bytes
            await Task.yield()
        }
        for try await chunk in request.request.body {
            var chunk = chunk
            reading.sent += chunk.readableBytes
            while let part = chunk.readSlice(length: min(chunk.readableBytes, encoding.step)), part.readableBytes > 0 {
                try Self.readable { try part.withUnsafeReadableBytes { try decoder.consume($0, digested) } }
                try await pause()
            }
        }
        let block = try Self.readable { try decoder.finish() }
        for start in stride(from: 0, to: block.count, by: Self.turnBytes) {
            try Self.readable {
                try block[start..<min(block.count, start + Self.turnBytes)].withUnsafeBytes(digested)
            }
            try await pause()
        }
        return digest.finished()
    }

    private static func encoding(_ request: Request) throws -> BodyDecoder.Encoding {
        let name = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        // Loki's Protocol Buffers are always one Snappy block, whether the header says so or not.
        if name == "identity", isLokiProtobuf(request) { return .snappy }
        guard let encoding = BodyDecoder.Encoding(rawValue: name) else {
            let known = BodyDecoder.Encoding.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.unsupportedMediaType, message: "Content-Encoding is '\(name)'; taken are \(known).")
        }
        return encoding
    }

    private static func isLokiProtobuf(_ request: Request) -> Bool {
        request.uri.path.hasSuffix("/push") && request.headers[.contentType]?.contains("protobuf") == true
    }

    /// What the sender has to mend, as an answer.
    private static func readable<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as MeterError {
            throw HTTPError(.badRequest, message: "The body cannot be read: \(error).")
        } catch let error as BodyDecoder.TooLarge {
            throw DomainError(.tooLarge, "The body inflates to more than \(error.limit) bytes; send it in parts.")
        } catch let error as EnvelopeProblem {
            throw HTTPError(.badRequest, message: error.detail)
        }
    }
}

/// The events of one request on their way into the profile. Those that were stored before are left out.
private struct Delivery: ~Copyable {
    private var named: EventMeter
    private var others: EventMeter
    var samples: [EventSample] { Array((named.samples + others.samples).prefix(IngestService.samplesOfADelivery)) }
    private(set) var keys: [DeliveryKey] = []
    private(set) var refused: [Int: RejectReason] = [:]
    private(set) var duplicates = 0
    private var seen: Set<DeliveryKey> = []
    private var refusedKeys: [DeliveryKey: RejectReason] = [:]

    /// Events with a name of their own: their names are held to the end, 60 bytes each, and stored with the traffic.
    private static let namedLimit = 250_000

    init(options: MeterOptions) {
        named = EventMeter(options: options, sourceName: "ingest")
        others = EventMeter(options: options, sourceName: "ingest")
    }

    /// - Throws: ``DomainError`` `.tooLarge`.
    mutating func add(_ batch: EventBatch, for scenario: Scenario, _ ingest: IngestService) async throws {
        add(batch, except: try await ingest.known(batch.events.compactMap(\.key), of: scenario))
        guard seen.count <= Self.namedLimit else {
            throw DomainError(
                .tooLarge, "More than \(Self.namedLimit) events with an id in one request; send them in parts.")
        }
    }

    mutating func add(_ batch: EventBatch, except known: Set<DeliveryKey> = []) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            for event in batch.events {
                let text = UnsafeBufferPointer(rebasing: bytes[event.text])
                if let key = event.key { add(event, key, text, except: known) } else { add(event, text) }
            }
        }
    }

    private mutating func add(_ event: EventBatch.Event, _ text: UnsafeBufferPointer<UInt8>) {
        refused[event.number] = Self.meter(event, text, &others)
    }

    private mutating func add(
        _ event: EventBatch.Event, _ key: DeliveryKey, _ text: UnsafeBufferPointer<UInt8>,
        except known: Set<DeliveryKey>
    ) {
        if known.contains(key) || !seen.insert(key).inserted {
            refused[event.number] = refusedKeys[key]  // what was refused once is so again
            if refusedKeys[key] == nil { duplicates += 1 }
        } else if let reason = Self.meter(event, text, &named) {
            (refused[event.number], refusedKeys[key]) = (reason, reason)
        } else {
            keys.append(key)
        }
    }

    private static func meter(
        _ event: EventBatch.Event, _ text: UnsafeBufferPointer<UInt8>, _ meter: inout EventMeter
    ) -> RejectReason? {
        guard let reason = event.refusal else {
            return meter.add(
                text, as: event.kind, minute: event.minute, source: event.source, number: event.number)
        }
        meter.reject(reason, text, number: event.number)
        return reason
    }

    /// Events with a name of their own, and the others.
    mutating func finish() -> (named: TrafficProfile, others: TrafficProfile) { (named.finish(), others.finish()) }
}
