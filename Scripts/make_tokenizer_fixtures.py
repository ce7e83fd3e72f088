#!/usr/bin/env python3
"""Remakes the fixtures of TokenizersTests.

Usage: make_tokenizer_fixtures.py GOLDENS FIXTURES [PUBLISHED]

With PUBLISHED, a folder of published templates (*.jinja), only FIXTURES/published-chats.json is made, which a test reads
where MICROSCOPE_PUBLISHED_CHATS names it: those texts are their authors' and stay out of the repository.

GOLDENS is the folder of golden data (it holds tiny/*/model/tokenizer.json). Needs the packages tokenizers 0.22.2,
sentencepiece 0.2.x and transformers 4.57.x with jinja2. Expected results come from those libraries alone:
  tiny-tokenizer.json, tiny-tokenizer-config.json, tiny-prompts.json   the goldens' tokenizer and prompts
  families.json       one byte-level BPE under the splitting rules of several model families, and its ids
  sentencepiece.json  a SentencePiece BPE as a model file would carry it, and its ids
  words.json          a tokenizer of whole words, texts and their ids
  chats.json          templates of several families with rendered conversations
"""
import glob, io, json, os, random, shutil, struct, sys

import sentencepiece
from jinja2.exceptions import TemplateError
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.utils.chat_template_utils import _compile_jinja_template

from tokenizer_fixture_templates import CONVERSATIONS, TEMPLATES, TOOLS

GOLDENS, FIXTURES = sys.argv[1:3]
SENTENCES = [
    "The microscope shows how a model came to its next token.", "I'm sure they're here; we'll see, don't you think?",
    "DON'T SHOUT, WE'VE HEARD YOU'RE ANGRY AND SHE'D GO.", "def area(width, height):\n    return width * height\n\n\n",
    "if (a <= b) {\n\t\tcount += 1;\n\t}\r\n", "Prices: 1,234,567.89 and 3.14159e-10, or 2026-11-22.",
    "naïve café, Ångström, straße, ſeltſam 'ſ", "e\u0301 is e with a combining accent, n\u0303 too.",
    "中文测试：今天天气很好。日本語のテキスト 한국어", "Привет, как дела? مرحبا بالعالم हिन्दी",
    "👩‍💻 wrote 🎉🇫🇷👍🏽 today", "....!!!???---___===   ", "   three spaces   and\t\ttabs \n \n  \r\n\r\n end",
    "ⅣⅫ ½ ² ٣ 五 ①", "a\u00a0b\u2028c\u3000d\u0085e\u200bf\u0000g\u001bh", "snake_case camelCase SCREAMING_CASE 42nd",
]


def texts(count):
    """The sentences, and random mixtures of their parts."""
    source = random.Random(20)
    extra = ["'s", "'T", "'lL", " ", "  ", "\n", "\r\n", "\t", "7", "12345", "é", "e\u0301", "的", "🎉", "<|end|>", "<|ref|>"]
    result = ["", " ", "\n", "a", "'"] + SENTENCES
    while len(result) < count:
        parts = []
        for _ in range(source.randint(1, 6)):
            sentence = source.choice(SENTENCES)
            start = source.randrange(len(sentence))
            parts.append(source.choice([sentence[start:start + source.randint(1, 9)], source.choice(extra)]))
        result.append("".join(parts))
    return result


def write(name, value):
    with open(os.path.join(FIXTURES, name), "w") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def tiny():
    model = os.path.join(GOLDENS, "tiny/llama/model")
    shutil.copyfile(os.path.join(model, "tokenizer.json"), os.path.join(FIXTURES, "tiny-tokenizer.json"))
    shutil.copyfile(os.path.join(model, "tokenizer_config.json"), os.path.join(FIXTURES, "tiny-tokenizer-config.json"))
    cases = {}
    for path in sorted(glob.glob(os.path.join(GOLDENS, "tiny/*/forward.json"))):
        prompts = json.load(open(path))["prompts"]
        data = open(path.replace(".json", ".safetensors"), "rb").read()
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + size])
        for i, prompt in enumerate(prompts):
            start, stop = header[f"prompt{i}.token_ids"]["data_offsets"]
            ids = struct.unpack(f"<{(stop - start) // 4}i", data[8 + size + start:8 + size + stop])
            cases[prompt["prompt"]] = list(ids)
    write("tiny-prompts.json", [{"text": text, "ids": ids} for text, ids in cases.items()])


def clauses(number):
    return (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + number
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def families():
    """A BPE whose pieces reach across words, so that ids show where a rule splits."""
    byte_level = pre_tokenizers.ByteLevel
    base = Tokenizer(models.BPE())
    base.pre_tokenizer = byte_level(add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=900, initial_alphabet=byte_level.alphabet(), special_tokens=["<|end|>"], show_progress=False)
    base.train_from_iterator(SENTENCES * 3 + texts(120), trainer)
    model = json.loads(base.to_str())["model"]
    digits, sequence, split = pre_tokenizers.Digits, pre_tokenizers.Sequence, pre_tokenizers.Split
    bytes_only = byte_level(add_prefix_space=False, use_regex=False)
    words = byte_level(add_prefix_space=False, use_regex=True)
    rules = {
        "gpt-2": (None, words, {}),
        "prefixed": (None, byte_level(add_prefix_space=True, use_regex=True), {}),
        "smollm": (None, sequence([digits(individual_digits=True), words]), {}),
        "digit runs": (None, sequence([digits(individual_digits=False), words]), {}),
        "llama-bpe": (None, sequence([split(Regex(clauses(r"\p{N}{1,3}")), "isolated"), bytes_only]),
                      {"ignore_merges": True}),
        "qwen2": (normalizers.NFC(), sequence([split(Regex(clauses(r"\p{N}")), "isolated"), bytes_only]), {}),
        "olmo": (normalizers.NFC(), words, {}),
        "qwen2 inverted": (normalizers.NFC(), sequence(
            [split(Regex(clauses(r"\p{N}")), "removed", invert=True), bytes_only]), {}),
        "rewritten": (normalizers.Sequence([normalizers.Replace("é", "E"), normalizers.Prepend("_")]), words, {}),
    }
    for behavior in ["isolated", "removed", "merged_with_previous", "merged_with_next", "contiguous"]:
        rules["split " + behavior] = (None, sequence([split("e", behavior), bytes_only]), {})
    cases, variants = texts(60), {}
    for name, (normalizer, pre_tokenizer, options) in rules.items():
        tokenizer = Tokenizer.from_str(json.dumps(
            {"version": "1.0", "added_tokens": [], "model": {**model, **options}}))
        if normalizer is not None:
            tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoders.ByteLevel()
        tokenizer.add_special_tokens(["<|end|>"])
        tokenizer.add_tokens([AddedToken("<|ref|>", lstrip=True, rstrip=True, normalized=False),
                              AddedToken("model", single_word=True, normalized=True)] if name == "rewritten" else [])
        steps = json.loads(tokenizer.to_str())
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in cases]
        variants[name] = {
            "ids": ids, "decoded": [tokenizer.decode(row, skip_special_tokens=False) for row in ids] if name == "gpt-2" else [],
            **{key: steps[key] for key in ["normalizer", "pre_tokenizer", "decoder", "added_tokens"]}, "options": options}
        tokenizer.encode_special_tokens = True
        variants[name]["plain_ids"] = [tokenizer.encode(text, add_special_tokens=False).ids for text in cases[-20:]]
    write("families.json", {"model": model, "texts": cases, "variants": variants})


def sentence_piece():
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 5), model_writer=written, model_type="bpe", vocab_size=700,
        byte_fallback=True, user_defined_symbols=["\n", "\n\n", "\t", "<table>"], control_symbols=["<turn>"],
        normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False,
        character_coverage=0.98, pad_id=3, num_threads=1, minloglevel=2)
    result = {"variants": {}}
    for prefix in [False, True]:
        from sentencepiece import sentencepiece_model_pb2
        proto = sentencepiece_model_pb2.ModelProto.FromString(written.getvalue())
        proto.normalizer_spec.add_dummy_prefix = prefix
        model = sentencepiece.SentencePieceProcessor(model_proto=proto.SerializeToString())
        result.update(pieces=[p.piece for p in proto.pieces], types=[p.type for p in proto.pieces],
                      scores=[p.score for p in proto.pieces])
        cases = [text.replace("\0", "") for text in texts(60)] + ["<table>\n\n\n<turn><s>", "\ue000\ue001 x"]
        ids = [model.encode(text) for text in cases]
        result["texts"] = cases
        result["variants"]["prefixed" if prefix else "plain"] = {"ids": ids, "decoded": [model.decode(row) for row in ids]}
    write("sentencepiece.json", result)


def ordered(value):
    """JSON objects as lists of pairs, whose order every reader keeps; true and false apart from numbers."""
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, dict):
        return {"pairs": [[key, ordered(item)] for key, item in value.items()]}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def chats(templates, name):
    """Every template with every conversation: the first seven with three sets of variables, the others in turn with one."""
    cases = []
    choices = [(True, {}), (False, {"tools": TOOLS}), (True, {"enable_thinking": False})]
    for family, source in templates.items():
        template = _compile_jinja_template(source)
        for number, messages in enumerate(CONVERSATIONS):
            for prompt, variables in choices if number < 7 else [choices[number % 3]]:
                variables = {**variables, "date_string": "26 Jul 2024"}
                case = {"family": family, "messages": messages, "prompt": prompt, "variables": ordered(variables)}
                try:
                    case["text"] = template.render(**{
                        "messages": messages, "tools": None, "documents": None, "add_generation_prompt": prompt,
                        "bos_token": "<bos>", "eos_token": "<eos>", **variables})
                except TemplateError as error:
                    case["error" if type(error) is TemplateError else "fails"] = str(error)
                except TypeError as error:
                    case["fails"] = str(error)
                cases.append(case)
    write(name, {"templates": templates, "cases": cases})


def words():
    vocabulary = ["<s>", "</s>", "<unk>", "36", "+", "59", "=", "95", "the", "The", "été", "的", "a.b", ",", "🎉"]
    tokenizer = Tokenizer(models.WordLevel({word: id for id, word in enumerate(vocabulary)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(["<s>", "</s>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 0)])
    extra = ["36 + 59 = 95", " the  The\tTHE\n", "<s> 36</s>the", "a.b a . b , a.b,", "été\u00a0的\u3000🎉 e\u0301te\u0301",
             "the\u200bthe \u2028the\u0085The", "<unk> unk < unk>"]
    cases = []
    for text in extra + SENTENCES + ["", " "]:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        cases.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
    write("words.json", {"tokenizer": tokenizer.to_str(), "texts": cases})


if len(sys.argv) > 3:
    published = sorted(glob.glob(os.path.join(sys.argv[3], "*.jinja")))
    chats({os.path.basename(path): open(path).read() for path in published}, "published-chats.json")
    sys.exit()
tiny()
families()
sentence_piece()
words()
chats(TEMPLATES, "chats.json")
