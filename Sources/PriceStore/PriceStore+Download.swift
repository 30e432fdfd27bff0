extension PriceStore {
    func download(_ url: String, _ session: ImportSession) throws -> ImportSession.Outcome {
        throw PriceStoreError.download(url: url, reason: "not built yet")
    }
}
