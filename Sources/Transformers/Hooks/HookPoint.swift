/// A place in the forward pass whose value can be recorded; `description` is its TransformerLens name.
public struct HookPoint: Hashable, Sendable, CustomStringConvertible {
  /// What the value is.
  public enum Kind: String, Sendable, CaseIterable {
    /// Token embeddings, `[positions, dModel]`.
    case embed = "hook_embed"
    /// Position embeddings, `[positions, dModel]`.
    case positionEmbed = "hook_pos_embed"
    /// The residual stream before the block, `[positions, dModel]`.
    case residPre = "hook_resid_pre"
    /// The denominator of the norm before attention, `[positions, 1]`.
    case attentionNormScale = "ln1.hook_scale"
    /// What that norm gives before its weight, `[positions, dModel]`.
    case attentionNormalized = "ln1.hook_normalized"
    /// Queries, `[positions, headCount · dHead]`, before rotation.
    case q = "attn.hook_q"
    /// Keys, `[positions, groupCount · dHead]`, before rotation.
    case k = "attn.hook_k"
    /// Values, `[positions, groupCount · dHead]`.
    case v = "attn.hook_v"
    /// Queries after rotation.
    case rotatedQ = "attn.hook_rot_q"
    /// Keys after rotation.
    case rotatedK = "attn.hook_rot_k"
    /// The attention pattern, `[headCount, positions, positions]` by (query, key).
    case pattern = "attn.hook_pattern"
    /// What each head reads, `[positions, headCount · dHead]`.
    case z = "attn.hook_z"
    /// The denominator of the norm behind attention.
    case attentionPostNormScale = "ln1_post.hook_scale"
    /// What attention adds to the residual stream, `[positions, dModel]`.
    case attentionOut = "hook_attn_out"
    /// The residual stream that the MLP reads: between attention and MLP, or, where both stand beside each other, before
    /// the block, `[positions, dModel]`.
    case residMid = "hook_resid_mid"
    /// The denominator of the norm before the MLP, `[positions, 1]`.
    case mlpNormScale = "ln2.hook_scale"
    /// What that norm gives before its weight, `[positions, dModel]`.
    case mlpNormalized = "ln2.hook_normalized"
    /// What the MLP reads, after its norm, `[positions, dModel]`.
    case mlpIn = "mlp.hook_in"
    /// The neurons before the nonlinearity (the gate of a gated MLP), `[positions, dMLP]`.
    case mlpPre = "mlp.hook_pre"
    /// The linear branch of a gated MLP, `[positions, dMLP]`.
    case mlpPreLinear = "mlp.hook_pre_linear"
    /// The neurons' activations, `[positions, dMLP]`.
    case mlpPost = "mlp.hook_post"
    /// What the MLP gives, before a norm behind it, `[positions, dModel]`.
    case mlpRawOut = "mlp.hook_out"
    /// The denominator of the norm behind the MLP.
    case mlpPostNormScale = "ln2_post.hook_scale"
    /// What the MLP adds to the residual stream, `[positions, dModel]`.
    case mlpOut = "hook_mlp_out"
    /// The residual stream behind the block, `[positions, dModel]`.
    case residPost = "hook_resid_post"
    /// The denominator of the final norm, `[positions, 1]`.
    case finalNormScale = "ln_final.hook_scale"
    /// What the final norm gives before its weight, `[positions, dModel]`.
    case finalNormalized = "ln_final.hook_normalized"

    /// Whether each block has one of its own.
    public var isPerLayer: Bool {
      switch self {
      case .embed, .positionEmbed, .finalNormScale, .finalNormalized: false
      default: true
      }
    }
  }

  /// What the value is.
  public let kind: Kind
  /// The block; 0 for a place outside the blocks.
  public let layer: Int

  /// Names a place in block `layer`, or outside the blocks.
  public init(_ kind: Kind, layer: Int = 0) {
    self.kind = kind
    self.layer = kind.isPerLayer ? layer : 0
  }

  /// Reads a TransformerLens name such as `blocks.5.hook_resid_mid`; nil when there is no such place.
  public init?(_ name: String) {
    if let kind = Kind(rawValue: name), !kind.isPerLayer {
      self.init(kind)
      return
    }
    let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "blocks", let layer = Int(parts[1]), layer >= 0,
      let kind = Kind(rawValue: String(parts[2])), kind.isPerLayer
    else { return nil }
    self.init(kind, layer: layer)
  }

  /// The TransformerLens name.
  public var description: String { kind.isPerLayer ? "blocks.\(layer).\(kind.rawValue)" : kind.rawValue }

  /// Every place of a model of `layerCount` blocks, in the order of the forward pass.
  public static func all(layerCount: Int) -> [HookPoint] {
    let first = [HookPoint(.embed), HookPoint(.positionEmbed)]
    let blocks = (0..<layerCount).flatMap { layer in
      Kind.allCases.filter(\.isPerLayer).map { HookPoint($0, layer: layer) }
    }
    return first + blocks + [HookPoint(.finalNormScale), HookPoint(.finalNormalized)]
  }
}
