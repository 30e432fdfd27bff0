import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Traffic

/// Takes a request's body into a scenario's traffic, piece by piece.
struct Intake: Sendable {
    var ingest: IngestService

    /// Inflated bytes of a body that is metered as it comes, and of one that has to be held.
    static let streamedLimit = 1 << 30
    static let heldLimit = 64 << 20
    private static let batchBytes = 4 << 20

    static let scenarioHeader = Parameter.header("X-Scenario-ID", .id, "The scenario that the traffic is for.")
    static let scenarioQuery = Parameter.query("scenario_id", .id, "The same, for clients that set no header.")
    static let deliveryKey = Parameter<String>.header(
        "Idempotency-Key", .text(1...255), "Names the delivery; one that is sent again counts once.")
    static let parameters: [any ParameterDeclaration] = [scenarioHeader, scenarioQuery, deliveryKey]
    static let errors: [DomainError.Code] = [.conflict, .notFound, .tooLarge]

    struct Outcome: Sendable {
        var receipt: IngestService.Receipt
        var refused: [Int: RejectReason]  // by the event's number
    }

    /// Header, path prefix, the dialect's own tenant, query, or the key's own scenario; the first that is there.
    private func target(_ request: APIRequest, tenant: String? = nil) async throws -> Scenario {
        let named = try request(Self.scenarioHeader) ?? request.prefixScenario ?? tenant.flatMap(UUID.init)
        if let id = try named ?? request(Self.scenarioQuery) ?? request.caller.scenario {
            return try await ingest.target(id, by: try request.caller)
        }
        throw DomainError(
            .invalid, "No scenario is named: send X-Scenario-ID, or put /s/<scenario id> before the path.")
    }

    /// Meters a body of records in one of the log formats.
    func meter(_ request: APIRequest, as format: LogFormat) async throws -> IngestService.Receipt {
        let scenario = try await target(request)
        let ids = EventIDs()
        if try request(Self.deliveryKey) != nil { ids.turnOff() }  // the sender names it as a whole
        var options = MeterOptions(
            format: format, textCounts: true, samples: IngestService.samplesOfADelivery,
            maxLineBytes: LineSplitter.longest)
        options.admits = { ids.admit($0) }
        var meter = TrafficMeter(options: options, sourceName: "ingest")
        var held: [UInt8]? = []  // to meter it again where some of its events were stored before
        let digest = try await body(of: request, limit: Self.streamedLimit) { text in
            try meter.consume(text)
            try Self.hold(text, &held, ids)
        }
        var profile = try Self.readable { try meter.finish() }
        var samples = meter.samples
        let name = try name(request, profile, content: digest)
        let known = try await ingest.known(ids.keys, of: scenario)
        if !known.isEmpty, let held {
            ids.restart(without: known)
            var meter = TrafficMeter(options: options, sourceName: "ingest")
            profile = try Self.readable {
                try held.withUnsafeBytes { try meter.consume($0) }
                return try meter.finish()
            }
            samples = meter.samples
        }
        var receipt = try await ingest.take(
            profile, for: scenario, delivery: name, events: ids.keys, samples: samples)
        receipt.duplicates += ids.leftOut
        return receipt
    }

    /// Holds a body as long as its events may have ids; one without any in its beginning is not held.
    private static func hold(_ text: UnsafeRawBufferPointer, _ held: inout [UInt8]?, _ ids: EventIDs) throws {
        guard let bytes = held?.count else { return }
        if ids.isEmpty, bytes > 1 << 20 {
            ids.turnOff()
            held = nil
        } else if bytes + text.count > heldLimit {
            throw BodyDecoder.TooLarge(limit: heldLimit)
        } else {
            held?.append(contentsOf: text)
        }
    }

    /// Meters the events of an envelope.
    /// - Parameter tenant: The scenario that the dialect's headers name.
    func take(_ request: APIRequest, tenant: String? = nil, _ reader: inout some EnvelopeReader) async throws -> Outcome
    {
        let limit = reader is any WholeEnvelope ? Self.heldLimit : Self.streamedLimit
        var batch = EventBatch()
        var delivery = Delivery(ingest: ingest)
        let digest = try await body(of: request, limit: limit) {
            try reader.consume($0, into: &batch)
        } between: {
            guard batch.bytes.count > Self.batchBytes else { return }
            let scenario = try await target(request, tenant: tenant ?? reader.tenant)
            try await delivery.add(&batch, for: scenario)
        }
        try Self.readable { try reader.finish(into: &batch) }
        let scenario = try await target(request, tenant: tenant ?? reader.tenant)
        try await delivery.add(&batch, for: scenario)
        let profile = delivery.finish()
        let name = try name(request, profile, content: digest, isNamed: !delivery.keys.isEmpty)
        var receipt = try await ingest.take(
            profile, for: scenario, delivery: name, events: delivery.keys, samples: delivery.samples)
        receipt.duplicates += delivery.duplicates
        return Outcome(receipt: receipt, refused: delivery.refused)
    }

    /// What names a whole delivery: its sender, or its content when all its events have a time of their own, because
    /// shippers send the same bytes again when an answer was lost.
    /// - Parameter isNamed: Its events are named one by one, so that its content need not be.
    private func name(
        _ request: APIRequest, _ profile: TrafficProfile, content: DeliveryKey, isNamed: Bool = false
    ) throws -> DeliveryName? {
        if let given = try request(Self.deliveryKey) { return DeliveryName(DeliveryKey(given), content: content) }
        let isTimed = profile.untimed.events == 0 && profile.totals.events > 0
        return isTimed && !isNamed ? DeliveryName(content) : nil
    }

    // MARK: Body

    /// Reads the body without its content encoding.
    /// - Returns: The digest of it.
    private func body(
        of request: APIRequest, limit: Int, _ take: (UnsafeRawBufferPointer) throws -> Void,
        between: () async throws -> Void = {}
    ) async throws -> DeliveryKey {
        var decoder = try BodyDecoder(try Self.encoding(request.request), limit: limit)
        var digest = DeliveryKey.Hasher()
        for try await chunk in request.request.body {
            try Self.readable {
                try chunk.withUnsafeReadableBytes { bytes in
                    try decoder.consume(bytes) { text in
                        digest.update(text)
                        try take(text)
                    }
                }
            }
            try await between()
        }
        try Self.readable {
            try decoder.finish { text in
                digest.update(text)
                try take(text)
            }
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
    let ingest: IngestService
    private var meter = EventMeter(
        options: MeterOptions(textCounts: true, samples: IngestService.samplesOfADelivery), sourceName: "ingest")
    var samples: [EventSample] { meter.samples }
    private(set) var keys: [DeliveryKey] = []
    private(set) var refused: [Int: RejectReason] = [:]
    private(set) var duplicates = 0
    private var seen: Set<DeliveryKey> = []

    init(ingest: IngestService) { self.ingest = ingest }

    mutating func add(_ batch: inout EventBatch, for scenario: Scenario) async throws {
        let known = try await ingest.known(batch.events.compactMap(\.key), of: scenario)
        batch.bytes.withUnsafeBufferPointer { bytes in
            for event in batch.events {
                if let key = event.key {
                    guard !known.contains(key), seen.insert(key).inserted else {
                        duplicates += 1
                        continue
                    }
                }
                let text = UnsafeBufferPointer(rebasing: bytes[event.text])
                if let reason = event.refusal {
                    meter.reject(reason, text, number: event.number)
                    refused[event.number] = reason
                    continue
                }
                let reason = meter.add(
                    text, as: event.kind, minute: event.minute, source: event.source, number: event.number)
                if let reason { refused[event.number] = reason } else if let key = event.key { keys.append(key) }
            }
        }
        batch.removeAll()
    }

    mutating func finish() -> TrafficProfile { meter.finish() }
}
