/// AWS's names for places, each with the region code the store uses.
///
/// Source: the `regionCode`, `location` and usage-type prefixes of the price list (AWS billing guide, "Reading the price list
/// files"; read 2026-09). A region missing here is still imported under its `regionCode`; only prefixes stay unstripped.
enum Regions {
    struct Region {
        var code: String
        var names: [String]  // display names in `location`
        var prefixes: [String]  // of usage types, without the dash
    }

    static let all: [Region] = [
        Region(code: "us-east-1", names: ["US East (N. Virginia)"], prefixes: ["USE1", "UE1"]),
        Region(code: "us-east-2", names: ["US East (Ohio)"], prefixes: ["USE2", "UE2"]),
        Region(code: "us-west-1", names: ["US West (N. California)"], prefixes: ["USW1", "UW1"]),
        Region(code: "us-west-2", names: ["US West (Oregon)"], prefixes: ["USW2", "UW2"]),
        Region(code: "us-gov-west-1", names: ["AWS GovCloud (US-West)", "AWS GovCloud (US)"], prefixes: ["UGW1"]),
        Region(code: "us-gov-east-1", names: ["AWS GovCloud (US-East)"], prefixes: ["UGE1"]),
        Region(code: "eu-west-1", names: ["EU (Ireland)"], prefixes: ["EU", "EUW1"]),
        Region(code: "eu-west-2", names: ["EU (London)"], prefixes: ["EUW2"]),
        Region(code: "eu-west-3", names: ["EU (Paris)"], prefixes: ["EUW3"]),
        Region(code: "eu-central-1", names: ["EU (Frankfurt)"], prefixes: ["EUC1"]),
        Region(code: "eu-central-2", names: ["EU (Zurich)"], prefixes: ["EUC2"]),
        Region(code: "eu-north-1", names: ["EU (Stockholm)"], prefixes: ["EUN1"]),
        Region(code: "eu-south-1", names: ["EU (Milan)"], prefixes: ["EUS1"]),
        Region(code: "eu-south-2", names: ["EU (Spain)"], prefixes: ["EUS2"]),
        Region(code: "eusc-de-east-1", names: ["EU Sovereign (Germany)"], prefixes: ["EUSCDE1", "ESE1"]),
        Region(code: "ap-southeast-1", names: ["Asia Pacific (Singapore)"], prefixes: ["APS1"]),
        Region(code: "ap-southeast-2", names: ["Asia Pacific (Sydney)"], prefixes: ["APS2"]),
        Region(code: "ap-southeast-3", names: ["Asia Pacific (Jakarta)"], prefixes: ["APS4"]),
        Region(code: "ap-southeast-4", names: ["Asia Pacific (Melbourne)"], prefixes: ["APS6"]),
        Region(code: "ap-southeast-5", names: ["Asia Pacific (Malaysia)"], prefixes: ["APS7"]),
        Region(code: "ap-southeast-6", names: ["Asia Pacific (New Zealand)"], prefixes: ["APS8"]),
        Region(code: "ap-southeast-7", names: ["Asia Pacific (Thailand)"], prefixes: ["APS9"]),
        Region(code: "ap-south-1", names: ["Asia Pacific (Mumbai)"], prefixes: ["APS3"]),
        Region(code: "ap-south-2", names: ["Asia Pacific (Hyderabad)"], prefixes: ["APS5"]),
        Region(code: "ap-east-1", names: ["Asia Pacific (Hong Kong)"], prefixes: ["APE1"]),
        Region(code: "ap-east-2", names: ["Asia Pacific (Taipei)"], prefixes: ["APE2"]),
        Region(code: "ap-northeast-1", names: ["Asia Pacific (Tokyo)"], prefixes: ["APN1"]),
        Region(code: "ap-northeast-2", names: ["Asia Pacific (Seoul)"], prefixes: ["APN2"]),
        Region(
            code: "ap-northeast-3", names: ["Asia Pacific (Osaka)", "Asia Pacific (Osaka-Local)"], prefixes: ["APN3"]),
        Region(
            code: "sa-east-1", names: ["South America (Sao Paulo)", "South America (São Paulo)"], prefixes: ["SAE1"]),
        Region(code: "ca-central-1", names: ["Canada (Central)"], prefixes: ["CAN1"]),
        Region(code: "ca-west-1", names: ["Canada West (Calgary)"], prefixes: ["CAN2"]),
        Region(code: "mx-central-1", names: ["Mexico (Central)"], prefixes: ["MXC1"]),
        Region(code: "af-south-1", names: ["Africa (Cape Town)"], prefixes: ["AFS1"]),
        Region(code: "me-south-1", names: ["Middle East (Bahrain)"], prefixes: ["MES1"]),
        Region(code: "me-central-1", names: ["Middle East (UAE)"], prefixes: ["MEC1"]),
        Region(code: "il-central-1", names: ["Israel (Tel Aviv)"], prefixes: ["ILC1"]),
        Region(code: "cn-north-1", names: ["China (Beijing)"], prefixes: ["CNN1"]),
        Region(code: "cn-northwest-1", names: ["China (Ningxia)"], prefixes: ["CNW1"]),
    ]

    /// Where a price holds whatever the region: `location` "Any", "Global" or none.
    static let global = "global"

    /// CloudFront's price classes by the prefix of the usage type; as regions: `edge-US`.
    static let edgePrefixes = ["US", "EU", "CA", "JP", "AP", "IN", "SA", "ZA", "ME", "AU", "HK", "KR", "TW"]

    static let codeByName: [String: String] = {
        var result = ["Any": global, "Global": global, "": global]
        for region in all {
            for name in region.names {
                result[name] = region.code
                // "EU (Frankfurt)" became "Europe (Frankfurt)" in some services.
                if name.hasPrefix("EU (") { result["Europe" + name.dropFirst(2)] = region.code }
            }
        }
        return result
    }()

    static let codeByPrefix: [String: String] = {
        var result: [String: String] = [:]
        for region in all { for prefix in region.prefixes { result[prefix] = region.code } }
        return result
    }()

    static let codes = Set(all.map(\.code))
}
