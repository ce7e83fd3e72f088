import Testing
import Transformers

@Suite("Hook points")
struct HookPointTests {
  @Test("Every place is found again by its name")
  func roundTrip() {
    let all = HookPoint.all(layerCount: 12)
    #expect(Set(all).count == all.count)
    for point in all { #expect(HookPoint(point.description) == point) }
  }

  @Test("Names are those of TransformerLens")
  func names() {
    #expect(HookPoint(.residMid, layer: 5).description == "blocks.5.hook_resid_mid")
    #expect(HookPoint(.pattern, layer: 11).description == "blocks.11.attn.hook_pattern")
    #expect(HookPoint(.finalNormScale).description == "ln_final.hook_scale")
    #expect(HookPoint(.embed, layer: 7) == HookPoint(.embed))
  }

  @Test(
    "What names no place is refused",
    arguments: [
      "", "blocks", "blocks.", "blocks.1", "blocks.1.", "blocks.x.hook_resid_mid", "blocks.-1.hook_resid_mid",
      "blocks.1.hook_embed", "hook_resid_mid", "blocks.1.hook_resid_mid.", "Blocks.1.hook_resid_mid",
      "blocks..hook_resid_mid", "blocks.99999999999999999999.hook_resid_mid", "ln_final.hook_scale.1",
    ])
  func refused(name: String) {
    #expect(HookPoint(name) == nil)
  }
}
