import App
import CostModel
import Domain
import PriceStore
import SQLDatabase
import Traffic

/// The codes of `sysexits.h`, as far as they are used.
enum ExitStatus: Int32 {
    case badData = 65
    case noInput = 66
    case software = 70
    case outputFailed = 74

    /// - Returns: nil for errors that the argument parser reports itself.
    init?(_ error: any Error) {
        switch error {
        case PriceStoreError.io(_, "open", _): self = .noInput
        case is WorkloadError, is UsageProblem, is BillingError, is PricingError, is CatalogError, is ProfileError,
            is PriceStoreError, is ServerSettings.Problem, is DomainError, is SchemaIsBehind:
            self = .badData
        case SQLError.newerSchema, SQLError.damaged: self = .badData
        case let error as FileProblem: self = error.isOutput ? .outputFailed : .noInput
        case is InputProblem: self = .badData
        case is SQLError: self = .software
        default: return nil
        }
    }
}
