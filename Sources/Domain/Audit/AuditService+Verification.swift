import Foundation

/// The log, checked.
extension AuditService {
    /// What is wrong with the log.
    public enum Flaw: Hashable, Sendable, CustomStringConvertible {
        case edited(sequence: Int64)
        case removed(sequence: Int64)
        case cut(after: Int64)
        case head
        case formerHead(secretID: String)
        case segment(endingAt: Int64)
        case unknownSecret(sequence: Int64, secretID: String)
        case forged(waiting: Int)
        case other(AuditPlace)
        case gone(AuditPlace)
        case triggers([String])

        public var description: String {
            switch self {
            case .edited(let sequence): "entry \(sequence) was edited, or is not in its place"
            case .removed(let sequence): "entry \(sequence) was removed"
            case .cut(let sequence): "the entries after \(sequence) were removed"
            case .head: "the end of the log was edited"
            case .formerHead(let id):
                "the end of the log was sealed with the former secret \(id): start the service with the present one, "
                    + "which seals it anew; if it had been started, the log was put back"
            case .segment(let sequence): "the seal of the segment that ends with entry \(sequence) was edited"
            case .unknownSecret(let sequence, let id):
                "entry \(sequence) was linked with the secret \(id), which is not among SECRET_KEY and SECRET_KEY_PREVIOUS"
            case .forged(let count): "of the events that wait to be put in line \(count) were written by somebody else"
            case .other(let place): "entry \(place.sequence) is not the one that was expected: the log was put back"
            case .gone(let place): "entry \(place.sequence) was taken out with its year: expect a later one"
            case .triggers(let names):
                "all entries are right, but triggers that keep the log append-only are gone or were changed, or others were "
                    + "added: \(names.joined(separator: ", "))"
            }
        }
    }

    /// What a check of the whole log found.
    public struct Verification: Hashable, Sendable {
        public var entries = 0  // that were read
        public var waiting = 0  // events that are not in line yet
        public var end = AuditPlace.origin
        public var flaw: Flaw?  // the first
    }

    /// - Parameter expected: An entry as it was seen before.
    public func verify(expecting expected: AuditPlace? = nil) async throws -> Verification {
        while true {
            let segments = try await store.segments()
            var found = Verification()
            found.flaw = try await firstFlaw(expected, segments, &found)
            // What was sealed and taken out meanwhile is not missing.
            guard found.flaw != nil, try await store.segments() != segments else { return found }
        }
    }

    private func firstFlaw(
        _ expected: AuditPlace?, _ segments: [AuditSegment], _ found: inout Verification
    ) async throws -> Flaw? {
        // The end first: what is put in line meanwhile comes behind it.
        let (head, first, last) = try await store.end()
        guard first >= 1 else { return .edited(sequence: first) }
        let waiting = try await store.waiting(atMost: Self.waitingLimit)
        found.waiting = waiting.count
        var isPurged = true  // all so far
        for segment in segments {
            if let flaw = flaw(of: segment) { return flaw }
            guard segment.isPurged else {
                isPurged = false
                continue
            }
            guard isPurged, isOver(segment) else { return .removed(sequence: found.end.sequence + 1) }
            found.end = segment.end.place
        }
        if let expected, expected.sequence < found.end.sequence,
            !segments.contains(where: { $0.end.place == expected })
        {
            return .gone(expected)
        }
        if let expected, expected.sequence == found.end.sequence, expected != found.end { return .other(expected) }
        if let flaw = try await flawOfEntries(upTo: last, expected, &found) { return flaw }
        if let expected, expected.sequence > last { return .cut(after: last) }
        if let flaw = flaw(of: head, found.end) { return flaw }
        let forged = waiting.count { chain.open($0) == nil }
        if forged > 0 { return .forged(waiting: forged) }
        let triggers = try await store.wrongTriggers()
        return triggers.isEmpty ? nil : .triggers(triggers)
    }

    private static let waitingLimit = 100_000

    private func flaw(of segment: AuditSegment) -> Flaw? {
        switch chain.isIntact(segment.end, segment.purpose) {
        case nil: .unknownSecret(sequence: segment.end.place.sequence, secretID: segment.end.secretID)
        case false?: .segment(endingAt: segment.end.place.sequence)
        case true?: nil
        }
    }

    private func flawOfEntries(
        upTo last: Int64, _ expected: AuditPlace?, _ found: inout Verification
    ) async throws -> Flaw? {
        while found.end.sequence < last {
            let entries = try await store.entries(after: found.end.sequence, limit: Self.batch)
            if entries.isEmpty { return .cut(after: found.end.sequence) }
            for entry in entries {
                let next = found.end.sequence + 1
                guard case .success(let entry) = entry else { return .edited(sequence: next) }
                guard entry.sequence == next else { return .removed(sequence: next) }
                switch chain.isIntact(entry, behind: found.end.link) {
                case nil: return .unknownSecret(sequence: next, secretID: entry.secretID)
                case false?: return .edited(sequence: next)
                case true?: break
                }
                found.end = AuditPlace(sequence: next, link: entry.link)
                found.entries += 1
                if expected?.sequence == next, expected != found.end { return .other(found.end) }
                if next == last { return nil }
            }
        }
        return nil
    }

    private func flaw(of head: AuditHead?, _ end: AuditPlace) -> Flaw? {
        guard let head else { return .head }
        switch chain.isIntact(head, "head") {
        case nil: return .unknownSecret(sequence: head.place.sequence, secretID: head.secretID)
        case false?: return .head
        case true?: break
        }
        if head.place.sequence > end.sequence { return .cut(after: end.sequence) }
        guard head.place == end else { return .head }
        return head.place == .origin || head.secretID == chain.secretID ? nil : .formerHead(secretID: head.secretID)
    }
}
