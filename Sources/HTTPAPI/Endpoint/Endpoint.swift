import Domain
import Foundation
package import HTTPTypes
package import HummingbirdCore
import Hummingbird
import NIOCore

/// One operation of the API: the declaration that routes, decodes, validates, encodes and documents it.
package struct Endpoint: Sendable {
    enum Access: Sendable {
        case anyone
        case user(Scopes)  // a key with these scopes, or a session
        case session  // a person who signed in with a password
        case admin
    }

    /// What its calls are counted as.
    enum Limit: Sendable { case request, signIn, ingest, none }

    package var method: HTTPRequest.Method
    var path: String  // `/api/v2/scenarios/{scenario_id}`
    var id: String  // OpenAPI's operationId
    var tag: String
    var summary: String
    var details = ""
    var access = Access.user(.all)
    var limit = Limit.request
    var parameters: [any ParameterDeclaration] = []
    var errors: [DomainError.Code] = []  // beside those that follow from access, parameters and body
    var body: (description: JSON, components: [String: JSON])?
    var bodyTypes = ["application/json"]
    var needsBody = true  // else none stands for an empty object
    var status = HTTPResponse.Status.ok
    var answer: (description: JSON?, components: [String: JSON]) = (nil, [:])
    var contentType = "application/json"
    var alternatives: [String: JSON] = [:]  // content types that the client may ask for instead
    var successor: String?  // the path that takes the place of this one, which is old
    var refusal: Refusal?  // errors in the words of a shipper's own protocol
    var answerHeaders: [String: String] = [:]  // name → what it says
    package var isKept = false  // the answer may be a second old, unless this process changed something of the user's
    package var respond: @Sendable (APIRequest) async throws -> Response = { _ in Response(status: .notImplemented) }

    static let maximumBodyBytes = 1 << 20

    /// Says that deliveries come here, which are counted by what they hold.
    mutating func takesTraffic() { (access, limit) = (.user(.ingest), .ingest) }

    init(_ method: HTTPRequest.Method, _ path: String, id: String, tag: String, _ summary: String) {
        (self.method, self.path, self.id, self.tag, self.summary) = (method, path, id, tag, summary)
    }
}

extension Endpoint {
    /// - Throws: ``DomainError`` `.invalid` for a query in which a parameter comes twice that is no list. Unknown ones are
    ///   passed over, as proxies and scanners add theirs; version 1 and the shippers' protocols take all.
    func check(_ query: [String: [String]]) throws {
        guard path.hasPrefix("/api/v2/"), !query.isEmpty else { return }
        let members = parameters.filter { $0.location == .query && !$0.isList }.compactMap { parameter in
            let count = query[parameter.name]?.count ?? 0
            return count < 2
                ? nil : DomainError.Member(pointer: parameter.name, detail: "is there \(count) times, expected once")
        }
        guard members.isEmpty else {
            throw DomainError(.invalid, "The query has parameters that are wrong.", members: members)
        }
    }
}

/// How a protocol of its own tells errors.
struct Refusal: Sendable {
    var description: JSON
    var respond: @Sendable (Problem, Request) -> Response
}

/// What a handler answers with.
struct Answer<Value: Sendable>: Sendable {
    var value: Value
    var headers: HTTPFields = [:]

    init(_ value: Value, headers: HTTPFields = [:]) { (self.value, self.headers) = (value, headers) }
}

extension Endpoint {
    /// Answers with a value.
    func answering<Value>(
        _ schema: Schema<Value>, status: HTTPResponse.Status = .ok,
        _ handle: @escaping @Sendable (APIRequest) async throws -> Answer<Value>
    ) -> Endpoint {
        var endpoint = self
        endpoint.status = status
        endpoint.answer = (schema.description, schema.components)
        endpoint.respond = { request in Self.response(try await handle(request), schema, status) }
        return endpoint
    }

    /// Takes a JSON body and answers with a value.
    func taking<Body, Value>(
        _ body: Schema<Body>, answering schema: Schema<Value>, status: HTTPResponse.Status = .ok,
        _ handle: @escaping @Sendable (APIRequest, Body) async throws -> Answer<Value>
    ) -> Endpoint {
        let needsBody = needsBody
        var endpoint = answering(schema, status: status) { request in
            var held = request.request
            if !needsBody {
                let buffer = try await Self.collected(held)
                held.body = RequestBody(buffer: buffer)
                if buffer.readableBytes == 0 { return try await handle(request, try Self.read([:], body)) }
            }
            return try await handle(request, try await Self.decode(body, held))
        }
        endpoint.body = (body.description, body.components)
        return endpoint
    }

    /// Says that the request has a body of one of these types, which the handler reads.
    func taking(anyOf types: [String], _ description: JSON = ["description": "Records."]) -> Endpoint {
        var endpoint = self
        (endpoint.body, endpoint.bodyTypes) = ((description, [:]), types)
        return endpoint
    }

    /// Answers with no body.
    func answeringNothing(_ handle: @escaping @Sendable (APIRequest) async throws -> Void) -> Endpoint {
        var endpoint = self
        endpoint.status = .noContent
        endpoint.respond = { request in
            try await handle(request)
            return Response(status: .noContent)
        }
        return endpoint
    }

    private static func response<Value>(
        _ answer: Answer<Value>, _ schema: Schema<Value>, _ status: HTTPResponse.Status
    ) -> Response {
        var writer = JSONWriter()
        schema.write(answer.value, &writer)
        return .json(writer.bytes, status: status, headers: answer.headers)
    }

    private static func parsed(_ bytes: [UInt8], _ request: Request) throws -> JSON {
        do { return try JSONParser.parse(bytes, within: .ofRequests) } catch {
            throw HTTPError(.badRequest, message: "The body is not JSON: byte \(error.offset): \(error.detail).")
        }
    }

    /// Whether a content type is JSON, and in the one encoding that it has between systems (RFC 8259, section 8.1).
    private static func isJSON(_ type: String) -> Bool {
        if type == "application/json" { return true }  // as nearly all write it
        let parts = type.lowercased().split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let name = parts.first, name == "application/json" || name.hasSuffix("+json") else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset")
                || ["charset=utf-8", "charset=\"utf-8\"", "charset=utf8"].contains(parameter)
        }
    }

    private static func decode<Body>(_ schema: Schema<Body>, _ request: Request) async throws -> Body {
        guard isJSON(request.headers[.contentType] ?? "application/json") else {
            throw HTTPError(.unsupportedMediaType, message: "Send application/json, in UTF-8.")
        }
        guard ["identity", nil].contains(request.headers[.contentEncoding]?.lowercased()) else {
            throw HTTPError(.unsupportedMediaType, message: "Send the body without a Content-Encoding.")
        }
        let buffer = try await collected(request)
        return try read(try parsed(Array(buffer.readableBytesView), request), schema)
    }

    /// A body that says that it is too long is not waited for.
    private static func collected(_ request: Request) async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap({ UInt64($0) }), length > maximumBodyBytes {
            throw NIOTooManyBytesError(maxBytes: maximumBodyBytes)
        }
        return try await request.body.collect(upTo: maximumBodyBytes)
    }

    private static func read<Body>(_ json: JSON, _ schema: Schema<Body>) throws -> Body {
        var problems = WrongMembers()
        guard let body = schema.read(json, "", &problems) else {
            throw problems.error
        }
        return body
    }
}

extension Response {
    static func json(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, type: String = "application/json",
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
