/// Why a request was not answered as asked; its JSON is `{"error":{"code":…,"message":…}}`.
public struct APIError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, for programs.
  public enum Code: String, Sendable, CaseIterable, Encodable {
    case badRequest = "bad_request"
    case badJSON = "bad_json"
    case unauthorized
    case wrongHost = "wrong_host"
    case wrongOrigin = "wrong_origin"
    case missingHeader = "missing_header"
    case notFound = "not_found"
    case noSuchGraph = "no_such_graph"
    case noSuchNode = "no_such_node"
    case noSuchJob = "no_such_job"
    case noSuchModel = "no_such_model"
    case noSuchSet = "no_such_set"
    case noSuchFeature = "no_such_feature"
    case noRawGraph = "no_raw_graph"
    case noSuchTrash = "no_such_trash"
    case noSuchStudy = "no_such_study"
    case noSuchReport = "no_such_report"
    case wrongMethod = "wrong_method"
    case conflict
    case superseded
    case nameTaken = "name_taken"
    case tooLarge = "too_large"
    case wrongType = "wrong_type"
    case invalidGraph = "invalid_graph"
    case invalidQuery = "invalid_query"
    case cannotTrace = "cannot_trace"
    case cannotIntervene = "cannot_intervene"
    case cannotRun = "cannot_run"
    case noLiveModel = "no_live_model"
    case noDashboards = "no_dashboards"
    case noStudies = "no_studies"
    case busy
    case failed
    case cancelled

    /// The HTTP status that goes with the code.
    public var status: Int {
      switch self {
      case .badRequest, .badJSON: 400
      case .unauthorized: 401
      case .wrongHost, .wrongOrigin, .missingHeader: 403
      case .notFound, .noSuchGraph, .noSuchNode, .noSuchJob, .noSuchModel, .noSuchSet, .noSuchFeature,
        .noRawGraph,
        .noSuchTrash, .noSuchStudy, .noSuchReport:
        404
      case .wrongMethod: 405
      case .conflict, .superseded, .nameTaken, .cancelled: 409
      case .tooLarge: 413
      case .wrongType: 415
      case .invalidGraph, .invalidQuery, .cannotTrace, .cannotIntervene, .cannotRun: 422
      case .failed: 500
      case .noLiveModel, .noDashboards, .noStudies: 501
      case .busy: 503
      }
    }
  }

  /// What went wrong, for programs.
  public let code: Code
  /// What went wrong and what to do, in one sentence.
  public let message: String
  /// The HTTP status.
  public let status: Int
  var headers: [String: String] = [:]

  /// Describes an error.
  ///
  /// - Parameter status: The HTTP status, where it is not the code's own.
  public init(_ code: Code, _ message: String, status: Int? = nil) {
    self.code = code
    self.message = message
    self.status = status ?? code.status
  }

  /// The sentence.
  public var description: String { message }

  struct Answer: Encodable {
    var error: APIError
  }
}

extension APIError: Encodable {
  private enum CodingKeys: String, CodingKey {
    case code, message
  }

  /// Writes code and message.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(code, forKey: .code)
    try values.encode(message, forKey: .message)
  }
}
