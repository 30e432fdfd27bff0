import Domain
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Traffic

/// `/api/v2/admin/prices`: imported price lists.
struct PriceAdminRoutes {
    var imports: PriceImportService

    var endpoints: [Endpoint] { [list, add, rollBack] }

    /// Bytes of a list without its content encoding; larger ones are imported on the server.
    private static let limit = 1 << 30

    private static func endpoint(_ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String)
        -> Endpoint
    {
        var endpoint = Endpoint(method, "/api/v2/admin/prices\(path)", id: id, tag: "Administration", summary)
        endpoint.access = .admin
        return endpoint
    }

    private var list: Endpoint {
        Self.endpoint(.get, "", "listImportedPrices", "Which price lists were imported, in the versions in force.")
            .answering(.list(Self.imported)) { Answer(try imports.lists(by: $0.caller)) }
    }

    private static let source = Parameter.query(
        "source", .text(1...500),
        "Where the list comes from: its URL or path, which may name the region. 'upload' unless given.")

    private var add: Endpoint {
        var endpoint = Self.endpoint(.post, "", "importPrices", "Import one of AWS's price lists.")
        endpoint.details = """
            An offer file (JSON or CSV) or a savings plan's, up to 1 GiB; gzip, deflate and zstd as Content-Encoding. It \
            is used from then on, without a restart. The version before is kept. What is wrong with a file is told with \
            its place, and nothing has changed then. One comes at a time; 503 to others.
            """
        endpoint.parameters = [Self.source]
        endpoint.errors = [.unavailable]
        return endpoint.taking(
            anyOf: ["application/octet-stream"], ["type": "string", "format": "binary"]
        ).answering(Self.done) { request in
            let source = try request(Self.source) ?? "upload"
            return Answer(
                try await imports.add(from: source, by: request.caller) { take in
                    try await Self.read(request.request, take)
                })
        }
    }

    /// Hands the body over without its content encoding.
    private static func read(_ request: Request, _ take: ([UInt8]) async throws -> Void) async throws {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/octet-stream") == true else {
            throw HTTPError(.unsupportedMediaType, message: "Send application/octet-stream.")
        }
        let name = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard let encoding = BodyDecoder.Encoding(rawValue: name), encoding != .snappy else {
            throw HTTPError(
                .unsupportedMediaType, message: "Content-Encoding is '\(name)'; taken are gzip, deflate, zstd.")
        }
        let tooLarge = DomainError(
            .tooLarge,
            "The price list has more than \(limit) bytes; import it on the server: mockupaws prices import FILE.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        var decoder = try BodyDecoder(encoding, limit: limit)
        do {
            for try await chunk in request.body {
                var chunk = chunk
                while let part = chunk.readSlice(length: min(chunk.readableBytes, encoding.step)),
                    part.readableBytes > 0
                {
                    var text: [UInt8] = []
                    try part.withUnsafeReadableBytes { try decoder.consume($0) { text.append(contentsOf: $0) } }
                    if !text.isEmpty { try await take(text) }
                }
            }
            _ = try decoder.finish()
        } catch let error as MeterError {
            throw HTTPError(.badRequest, message: "The body cannot be read: \(error).")
        } catch is BodyDecoder.TooLarge {
            throw tooLarge
        }
    }

    private static let offer = Parameter.path(
        "offer", .text(1...100, pattern: "^[A-Za-z0-9_-]+$"), "AWS's offer code: AWSLambda.")

    private var rollBack: Endpoint {
        var endpoint = Self.endpoint(
            .post, "/{offer}/rollback", "rollBackPrices", "Return an offer to the version before its last import.")
        endpoint.details = "The same again returns to what was."
        endpoint.parameters = [Self.offer]
        endpoint.errors = [.conflict, .unavailable]
        return endpoint.answering(.list(Self.imported)) { request in
            Answer(try await imports.rollBack(offer: try request.required(Self.offer), by: request.caller))
        }
    }

    private static let imported = Schema<ImportedPriceList>.answer(
        "ImportedPriceList",
        [
            Member(answer: "offer_code", .plain, "AWS's offer code.") { $0.offerCode },
            Member(answer: "origin", .plain, "The region whose list it is, or all.") { $0.origin },
            Member(answer: "version", .plain, "AWS's version.") { $0.version },
            Member(answer: "publication_date", .plain, "As the list has it.") { $0.publicationDate },
            Member(answer: "imported_at", .plain, "When it was imported.") { $0.importedAt },
            Member(answer: "rates", .integer(), "Price dimensions; bands count one each.") { $0.rates },
            Member(answer: "source", .plain, "Where it came from.") { $0.source },
        ])

    private static let done = Schema<PriceImport>.answer(
        "PriceImport",
        [
            Member(answer: "imported", .list(imported), "What is in force now.") { $0.imported },
            Member(answer: "notes", .list(.plain), "What was left out, and what to know.") { $0.notes },
        ])
}
