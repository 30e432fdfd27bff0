/// What a finding is. The raw value is stored in encoded profiles: dense from 0, never reused, only added to.
public enum PIIKind: UInt8, CaseIterable, Sendable {
    case email = 0
    case ipv4 = 1
    case ipv6 = 2
    case macAddress = 3
    case paymentCard = 4
    case iban = 5
    case usSSN = 6
    /// Italian tax code of a person.
    case codiceFiscale = 7
    /// Italian VAT number.
    case partitaIVA = 8
    /// Number of a patient in England and Wales.
    case nhsNumber = 9
    /// Spanish identity number, of citizens (DNI) or foreigners (NIE).
    case dni = 10
    /// German tax number of a person.
    case steuerID = 11
    /// French social security number.
    case nir = 12
    /// Dutch citizen service number.
    case bsn = 13
    /// Polish identity number.
    case pesel = 14
    /// Brazilian tax number of a person.
    case cpf = 15
    /// Brazilian tax number of a company.
    case cnpj = 16
    /// Indian identity number.
    case aadhaar = 17
    /// Canadian social insurance number.
    case canadianSIN = 18
    /// Australian tax file number.
    case australianTFN = 19
    case phone = 20
    case awsAccessKeyID = 21
    case awsSecretAccessKey = 22
    case jwt = 23
    case gitHubToken = 24
    /// A Slack token or the address of an incoming webhook.
    case slackToken = 25
    case stripeKey = 26
    case googleAPIKey = 27
    case googleOAuthToken = 28
    /// The header line of a private key in PEM.
    case privateKey = 29
    /// `scheme://user:password@host`.
    case urlCredentials = 30
}
