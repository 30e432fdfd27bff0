import HTTPTypes

extension HTTPFields {
    /// As the subscript has it, which puts together what is mostly there once.
    func value(of name: HTTPField.Name) -> String? {
        guard let first = firstIndex(where: { $0.name == name }) else { return nil }
        return self[(first + 1)...].contains { $0.name == name } ? self[name] : self[first].value
    }
}

extension HTTPField.Name {
    static let correlationID = Self("X-Correlation-ID")!
    static let apiKey = Self("X-API-Key")!
    static let scenarioID = Self("X-Scenario-ID")!
    static let idempotencyKey = Self("Idempotency-Key")!
}
