import Domain
import HTTPTypes
import HummingbirdCore
import Hummingbird
import Logging
import NIOCore

/// RFC 9457, with `code`, `correlation_id` and `errors` at top level.
struct Problem: Sendable {
    var status: HTTPResponse.Status
    var code: String
    var detail: String?
    var members: [DomainError.Member] = []
    var correlationID: String
    var headers: HTTPFields = [:]

    /// The only place where an error becomes an answer.
    init(_ error: any Error, correlationID: String) {
        self.correlationID = correlationID
        switch error {
        case let error as DomainError:
            (status, code, detail, members) = (error.code.status, error.code.rawValue, error.detail, error.members)
            if error.code == .unavailable { headers[.retryAfter] = "2" }
            if let seconds = error.retryAfter { headers[.retryAfter] = String(max(1, Int(seconds.rounded(.up)))) }
            if error.code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        case let error as HTTPError:
            status = error.status
            (code, detail, headers) = (Self.word(error.status), error.body, error.headers)
        case is NIOTooManyBytesError:
            (status, code, detail) = (.contentTooLarge, "too_large", "The body is too large.")
        case let error as any HTTPResponseError: (status, code) = (error.status, Self.word(error.status))
        default: (status, code) = (.internalServerError, Self.word(.internalServerError))
        }
    }

    /// An error as the caller may know it; what is our fault goes into the log.
    init(_ error: any Error, of request: Request, correlationID: String, log: Logger) {
        self.init(error, correlationID: correlationID)
        guard status.code >= 500 else { return }
        var metadata: Logger.Metadata = [
            "error": "\(String(reflecting: error))", "correlation_id": "\(correlationID)",
        ]
        if let cause = (error as? DomainError)?.cause { metadata["cause"] = "\(cause)" }
        log.error("\(request.method) \(request.uri.path) failed", metadata: metadata)
    }

    private static func word(_ status: HTTPResponse.Status) -> String {
        status.reasonPhrase.lowercased().replacing(" ", with: "_")
    }

    var response: Response {
        var writer = JSONWriter()
        Self.schema.write(self, &writer)
        return .json(writer.bytes, status: status, type: "application/problem+json", headers: headers)
    }

    static let schema = Schema<Problem>.answer(
        "Problem",
        [
            Member(answer: "type", .plain, "A page about this kind of problem, or about:blank.") { _ in "about:blank"
            },
            Member(answer: "title", .plain, "The status in words.") { $0.status.reasonPhrase },
            Member(answer: "status", .integer(400...599), "The HTTP status.") { $0.status.code },
            Member(answer: "code", .plain, "A stable word for programs.") { $0.code },
            Member(answer: "detail", Schema<String>.plain.orNull, "What happened, for a person.") { $0.detail },
            Member(answer: "instance", .plain, "This occurrence.") { "urn:correlation:\($0.correlationID)" },
            Member(answer: "correlation_id", .plain, "Also in X-Correlation-ID and in the logs.") {
                $0.correlationID
            },
            Member(answer: "errors", .list(wrongMember), "The members or parameters that are wrong.") { $0.members },
        ])

    private static let wrongMember = Schema<DomainError.Member>.answer(
        "WrongMember",
        [
            Member(answer: "pointer", .plain, "RFC 6901, into the body; or the parameter's name.") { $0.pointer },
            Member(answer: "detail", .plain, "What was found and what was expected.") { $0.detail },
        ])
}

extension DomainError.Code {
    var status: HTTPResponse.Status {
        switch self {
        case .invalid: .unprocessableContent
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .preconditionFailed: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .rateLimited: .tooManyRequests
        case .gone: .gone
        case .unavailable: .serviceUnavailable
        }
    }
}
