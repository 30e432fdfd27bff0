import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// `/api/deprecation`: how to move from version 1 to version 2.
struct DeprecationRoutes {
    var deprecation: Deprecation
    var old: [Endpoint]  // of version 1

    /// What is another thing in version 2, and not only at another path.
    private static let changes = [
        "Amounts are decimal strings, exact to 10^-12 dollars: \"total_cost_usd\": \"0.0000004\".",
        "A scenario carries its workload, growth and sample rate; PUT replaces it, PATCH changes it, If-Match guards both.",
        "cost_breakdown has observed and monthly amounts; the time series is an operation of its own, with any bucket.",
        "register answers 202; name stands for full_name.",
        "An API key is answered as {\"key\": …, \"secret\": …}; rotation keeps the old one for a day unless told otherwise.",
        "There is nothing to flush: an answer of 200 from /ingest means that the delivery is on disk.",
        "Errors are problem documents (RFC 9457), as they are now in version 1.",
    ]

    var endpoints: [Endpoint] {
        var endpoint = Endpoint(
            .get, Deprecation.guide, id: "getDeprecation", tag: "Documents", "How to move to version 2 of the API.")
        endpoint.details = "JSON, or a page for who accepts text/html."
        endpoint.access = .anyone
        endpoint.answer = (["type": "object"], [:])
        endpoint.alternatives = ["text/html": ["type": "string"]]
        let (json, html) = (document.compact, Array(page.utf8))
        endpoint.respond = { request in
            let accepts = request.request.headers[.accept] ?? ""
            guard accepts.contains("text/html") else { return .json(json, headers: [.vary: "Accept"]) }
            return .json(html, type: "text/html; charset=utf-8", headers: [.vary: "Accept"])
        }
        return [endpoint]
    }

    private var sunset: String { deprecation.sunset.rfc3339 }

    private var document: JSON {
        [
            "version": "v1", "successor": "v2", "deprecated_at": .string(Deprecation.since.rfc3339),
            "sunset_at": .string(sunset), "ends_at_sunset": .bool(deprecation.endsAtSunset),
            "changes": .array(Self.changes.map(JSON.string)),
            "operations": .array(
                old.map { endpoint in
                    [
                        "method": .string(endpoint.method.rawValue), "v1": .string(endpoint.path),
                        "v2": .string(endpoint.successor ?? ""),
                    ]
                }),
        ]
    }

    private var page: String {
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        let rows = old.map { endpoint in
            "<tr><td>\(endpoint.method.rawValue)<td>\(escaped(endpoint.path))<td>\(escaped(endpoint.successor ?? ""))"
        }
        return """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Moving to version 2 of the API</title>
            <h1>Moving to version 2 of the API</h1>
            <p>Version 1 is old since \(Deprecation.since.rfc3339). \(deprecation.endsAtSunset
                ? "It answers 410 from \(sunset) on." : "It is looked after until \(sunset).")
            <ul>\(Self.changes.map { "<li>\(escaped($0))" }.joined())</ul>
            <table><tr><th>Method<th>Version 1<th>Version 2\(rows.joined())</table></html>

            """
    }
}
