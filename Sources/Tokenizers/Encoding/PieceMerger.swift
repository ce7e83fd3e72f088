/// Joins the symbols of one word into pieces, best pair first (Sennrich et al., "Neural Machine Translation
/// of Rare Words with Subword Units", 2016; SentencePiece's BPE orders by score instead of rank).
///
/// 1. The word's symbols (bytes or characters) form a linked list.
/// 2. Every neighbouring pair that has a join enters a heap, ordered by priority, then from left to right.
/// 3. The best pair leaves the heap; if both its symbols are still as they were, the right one is absorbed.
/// 4. The joined symbol's new pairs with both neighbours enter the heap; repeat until the heap is empty.
///
/// Each join removes a symbol and adds at most two pairs: O(n log n) for a word of n symbols.
struct PieceMerger {
  /// A stretch of the word, part of the linked list.
  struct Symbol {
    /// The first byte.
    var start: Int32
    /// The number of bytes; 0 once it was absorbed.
    var length: Int32
    /// The piece, or −1 if these bytes are no piece.
    var id: Int32
    /// The neighbour on the left, or −1.
    var previous: Int32
    /// The neighbour on the right, or −1.
    var next: Int32
  }

  /// A possible join of two neighbours.
  private struct Candidate {
    /// Priority (lowest first) above the left symbol's index.
    var key: UInt64
    /// The right symbol.
    var right: Int32
    /// Both symbols' bytes when the candidate was made; other bytes mean that it is stale.
    var length: Int32
    /// The joined piece.
    var id: Int32

    /// The left symbol.
    var left: Int { Int(key & 0xFFFF_FFFF) }
  }

  /// The word's symbols; kept from word to word to save allocations.
  private(set) var symbols: [Symbol] = []
  private var heap: [Candidate] = []

  /// Starts a new word.
  mutating func removeAll() {
    symbols.removeAll(keepingCapacity: true)
    heap.removeAll(keepingCapacity: true)
  }

  /// Appends a symbol to the word.
  mutating func append(start: Int, length: Int, id: Int32) {
    let index = Int32(symbols.count)
    if index > 0 { symbols[Int(index) - 1].next = index }
    symbols.append(
      Symbol(start: Int32(start), length: Int32(length), id: id, previous: index - 1, next: -1))
  }

  /// Joins all symbols that the rule lets join.
  mutating func mergeAll(of text: [UInt8], by rule: MergeRule, in table: PieceTable) {
    guard symbols.count > 1 else { return }
    for left in 0..<(symbols.count - 1) { propose(left, of: text, by: rule, in: table) }
    while let best = popBest() {
      let left = best.left
      let right = Int(best.right)
      guard symbols[left].length > 0, symbols[right].length > 0,
        symbols[left].length + symbols[right].length == best.length
      else { continue }
      absorb(right, into: left, as: best.id)
      if symbols[left].previous >= 0 {
        propose(Int(symbols[left].previous), of: text, by: rule, in: table)
      }
      propose(left, of: text, by: rule, in: table)
    }
  }

  /// Calls a closure with every symbol that is left, in order.
  func forEach(_ body: (Symbol) -> Void) {
    var index = symbols.isEmpty ? -1 : 0
    while index >= 0 {
      body(symbols[index])
      index = Int(symbols[index].next)
    }
  }

  private mutating func absorb(_ right: Int, into left: Int, as id: Int32) {
    symbols[left].length += symbols[right].length
    symbols[left].id = id
    symbols[left].next = symbols[right].next
    symbols[right].length = 0
    if symbols[left].next >= 0 { symbols[Int(symbols[left].next)].previous = Int32(left) }
  }

  /// Puts the pair of a symbol and its right neighbour in the heap, if it has a join.
  private mutating func propose(_ left: Int, of text: [UInt8], by rule: MergeRule, in table: PieceTable) {
    let right = symbols[left].next
    guard right >= 0, let join = rule.join(symbols[left], symbols[Int(right)], of: text, in: table)
    else { return }
    push(
      Candidate(
        key: UInt64(join.priority) << 32 | UInt64(left), right: right,
        length: symbols[left].length + symbols[Int(right)].length, id: join.id))
  }

  private mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].key < heap[parent].key else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popBest() -> Candidate? {
    guard let best = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return best }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return best }
      if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
      guard heap[child].key < heap[parent].key else { return best }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
