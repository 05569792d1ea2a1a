# %% [markdown] tags=["ko"]
# # 11장. 작은 GPT
#
# GPT가 하는 일은 하나입니다. **다음에 올 글자 맞히기.** 맞힌 글자를 이어 붙이고 또 다음 글자를 맞히면 글이 됩니다.
# 이 장에서는 한국 이름을 보고 새 이름을 지어내는 아주 작은 GPT를 만듭니다. 그 안의 모든 곱셈이 `Value`입니다.

# %% [markdown] tags=["en"]
# # Chapter 11. A tiny GPT
#
# A GPT does one thing: it **predicts the next letter**. Append the letter, predict the next, and text comes out. In this
# chapter we build a tiny GPT that reads Korean names and makes up new ones. Every multiplication in it is a `Value`.

# %% [markdown] tags=["ko"]
# ## 데이터: 이름을 자모로
#
# 요즘 흔한 이름을 이 장에서 손으로 적어 모았습니다(공식 통계가 아닙니다). 한글 한 글자는 초성, 중성, 종성으로 나뉩니다.
# GPT에게는 글자 대신 **자모**를 하나씩 보여 줍니다. 그러니 GPT는 "초성 다음에는 중성이 온다"는 한글의 규칙부터 스스로 배워야 합니다.

# %% [markdown] tags=["en"]
# ## Data: names, letter by letter
#
# The names were written down by hand for this chapter (they are not official statistics). A Korean syllable is made of
# letters: an initial consonant, a vowel, and perhaps a final consonant. The GPT sees **letter after letter**, so it must
# find out by itself that, for instance, a vowel follows an initial.

# %%
import math
import random

from micrograd_kr import dot, nn, no_grad
from micrograd_kr.book import BLUE, GREY, figure, label, say, show, size

NAMES = """
서준 민준 도윤 예준 시우 하준 주원 지호 지후 준우 준서 건우 도현 현우 지훈 우진 선우 서진 연우 유준
정우 승우 승현 시윤 준혁 은우 지환 승민 지우 유찬 윤우 민재 현준 이준 시후 진우 민성 수호 지원 수현
재윤 시현 동현 태윤 한결 재원 민우 재민 은찬 윤호 시원 민찬 지안 준호 지한 성민 태현 지성 성현 하율
하진 민혁 성준 규민 윤재 정민 로운 태민 주환 지완 도훈 은호 승준 지율 재현 시온 민규 준영 윤성 우현
건호 예성 주호 태인 하람 도영 재호 승호 태경 예찬 서우 동건 찬우 시환 태양 현서 도하 민호 재하 태오
서연 서윤 지우 서현 하은 하윤 민서 지유 윤서 채원 수아 지민 지아 지윤 다은 은서 예은 지안 소율 서아
하린 수빈 예린 소윤 유나 예원 시은 채은 윤아 유진 예서 가은 서영 민지 예나 수민 수연 연우 다인 시아
아인 현서 수현 유주 하율 다연 채윤 연서 서우 지원 아린 주아 예진 나은 다현 서은 지현 소은 이서 채아
나윤 서율 하영 예지 은채 규리 다온 아윤 소연 해린 지수 나연 혜원 승아 유빈 세아 민아 윤지 보민 세은
다빈 소민 하람 은별 가람 나라 보라 슬기 아름 하늘 한별 새롬 이슬 초롱 가을 소라 유리 미나 은지 혜진
""".split()

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = [chr(ord("ㅏ") + i) for i in range(21)]
FINALS = ["", *("-" + c for c in "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")]  # '-ㄴ'은 받침 / a final


def to_letters(name):
    letters = []
    for syllable in name:
        number = ord(syllable) - ord("가")
        letters += [INITIALS[number // 588], VOWELS[number // 28 % 21], FINALS[number % 28]]
    return [letter for letter in letters if letter]


def to_name(letters):
    """자모를 글자로 모은다. 짝이 맞지 않는 자모는 그대로 둔다 / letters that fit become syllables."""
    name, i = "", 0
    while i < len(letters):
        if letters[i] in INITIALS and i + 1 < len(letters) and letters[i + 1] in VOWELS:
            number = 588 * INITIALS.index(letters[i]) + 28 * VOWELS.index(letters[i + 1])
            i += 2
            if i < len(letters) and letters[i].startswith("-"):
                number += FINALS.index(letters[i])
                i += 1
            name += chr(ord("가") + number)
        else:
            name += letters[i]
            i += 1
    return name


END = "∎"  # 이름의 처음과 끝 / the beginning and the end of a name
names = sorted(set(NAMES))[:: size(1, small=20)]
vocabulary = [END, *sorted({letter for name in names for letter in to_letters(name)})]
number_of = {letter: i for i, letter in enumerate(vocabulary)}
say(
    ko=f"이름 {len(names)}개, 자모 {len(vocabulary)}가지. 서준 → {' '.join(to_letters('서준'))}",
    en=f"{len(names)} names, {len(vocabulary)} different letters. 서준 (Seojun) → {' '.join(to_letters('서준'))}",
)

# %% [markdown] tags=["ko"]
# ## 모델
#
# 1. **임베딩**: 자모마다 수 16개를 배정한다. 몇 번째 자리인지도 수 16개로 나타내어 더한다.
# 2. **어텐션**: 자리마다 "나는 무엇을 찾는가"(query)와 "나는 무엇을 가졌는가"(key)를 만들어 서로 맞추어 보고,
#    잘 맞는 앞자리의 내용(value)을 많이 가져온다. 뒤는 볼 수 없다.
# 3. **생각하기**: 가져온 것으로 작은 MLP를 한 번 지난다.
# 4. **다음 자모의 점수**: 마지막 층이 자모마다 점수를 매기고, 8장의 소프트맥스가 확률로 바꾼다.

# %% [markdown] tags=["en"]
# ## The model
#
# 1. **Embedding**: each letter has 16 numbers; 16 more stand for its place, and are added.
# 2. **Attention**: each place makes "what am I looking for" (query) and "what have I got" (key), compares them, and takes
#    much of the contents (value) of earlier places that match well. It cannot look ahead.
# 3. **Thinking**: what it took passes through a small MLP.
# 4. **Scores of the next letter**: the last layer scores every letter, and the softmax of chapter 8 makes probabilities.


# %%
class TinyGPT(nn.Module):
    def __init__(self, letters, width=16, heads=2, longest=12):
        small = lambda source, fan_in, fan_out: source.gauss(0.0, 0.3)
        self.letter = nn.Embedding(letters, width, initialization=small, seed=1)
        self.place = nn.Embedding(longest, width, initialization=small, seed=2)
        self.query, self.key, self.value = (nn.Linear(width, width, seed=s) for s in (3, 4, 5))
        self.mix = nn.Linear(width, width, seed=6)
        self.think = nn.Sequential(nn.Linear(width, 2 * width, seed=7), "relu", nn.Linear(2 * width, width, seed=8))
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.score = nn.Linear(width, letters, seed=9)
        self.parts = [slice(h * width // heads, (h + 1) * width // heads) for h in range(heads)]

    def forward(self, letters):
        """자리마다 다음 자모의 점수 / for each place, the scores of the next letter."""
        keys, values, scores = [], [], []
        self.attention = []  # 그림을 그리려고 적어 둔다 / kept for the picture
        for place, letter in enumerate(letters):
            x = [a + b for a, b in zip(self.letter(letter), self.place(place))]

            seen = self.norm1(x)  # 어텐션 / attention
            query = self.query(seen)
            keys.append(self.key(seen))
            values.append(self.value(seen))
            heard = []
            for part in self.parts:
                match = [dot(query[part], key[part], 0) / math.sqrt(len(query[part])) for key in keys]
                attention = nn.softmax(match)
                heard += [dot(attention, column, 0) for column in zip(*(value[part] for value in values))]
                self.attention.append([a.data for a in attention])
            x = [a + b for a, b in zip(x, self.mix(heard))]

            x = [a + b for a, b in zip(x, self.think(self.norm2(x)))]  # 생각하기 / thinking
            scores.append(self.score(x))
        return scores


model = TinyGPT(len(vocabulary))
say(ko=f"손잡이 {len(model.parameters()):,}개", en=f"{len(model.parameters()):,} knobs")

# %% [markdown] tags=["ko"]
# ## 이름 짓기
#
# 처음 표시(∎)에서 시작해 다음 자모를 확률대로 뽑고, 끝 표시(∎)가 나올 때까지 이어 붙입니다. 학습하기 전에는 엉망입니다.

# %% [markdown] tags=["en"]
# ## Making up names
#
# Start from the mark ∎, draw the next letter by its probability, append it, and go on until ∎ comes again. Before any
# learning this is a mess.


# %%
def invent(dice, temperature=0.7):
    letters = [number_of[END]]
    with no_grad():
        while len(letters) < 9:
            chances = [p.data for p in nn.softmax(model(letters)[-1], temperature)]
            letters.append(dice.choices(range(len(vocabulary)), chances)[0])
            if letters[-1] == number_of[END]:
                break
    return to_name([vocabulary[i] for i in letters if vocabulary[i] != END])


def looks_like_a_name(name):
    return len(name) == 2 and all("가" <= syllable <= "힣" for syllable in name)


def review(how_many=size(60, small=3)):
    """지어낸 이름들과, 그 가운데 두 글자 이름 꼴인 것의 비율 / names, and how many have the form of one."""
    dice = random.Random(1)
    invented = [invent(dice) for _ in range(how_many)]
    return invented, sum(map(looks_like_a_name, invented)) / len(invented)


before, share_before = review()
say(
    ko=f"학습 전: {', '.join(before[:6])} (이름 꼴 {share_before:.0%})",
    en=f"Before learning: {', '.join(before[:6])} (shaped like a name: {share_before:.0%})",
)

# %% [markdown] tags=["ko"]
# ## 학습
#
# 자리마다 "정말로 다음에 온 자모"가 정답입니다. 정답은 데이터 안에 이미 들어 있습니다. 비용은 크로스 엔트로피입니다.

# %% [markdown] tags=["en"]
# ## Training
#
# At each place the answer is the letter that really came next: the answers are in the data themselves. The cost is
# cross-entropy.


# %%
def cost_of(name):
    letters = [number_of[letter] for letter in [END, *to_letters(name), END]]
    return nn.cross_entropy(model(letters[:-1]), letters[1:])


dice = random.Random(0)
epochs, batch = size(16, small=1), 4
steps = epochs * (len(names) // batch)
optimizer = nn.Adam(model, lr=nn.LinearDecay(0.01, steps=steps), betas=(0.9, 0.99))
losses = []
for _ in range(epochs):
    dice.shuffle(names)
    for start in range(0, len(names) - batch + 1, batch):
        cost = sum(cost_of(name) for name in names[start : start + batch]) / batch
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        losses.append(cost.data)

say(
    ko=f"손실: 처음 {losses[0]:.2f} (찍기라면 {math.log(len(vocabulary)):.2f}) → 마지막 {sum(losses[-10:]) / 10:.2f}",
    en=f"Loss: {losses[0]:.2f} at first (guessing: {math.log(len(vocabulary)):.2f}) → {sum(losses[-10:]) / 10:.2f} at last",
)

# %% tags=["hide-input"]
canvas, axes = figure(width=7, height=3.2)
window = min(20, len(losses))
smooth = [
    sum(losses[max(0, i - window + 1) : i + 1]) / len(losses[max(0, i - window + 1) : i + 1])
    for i in range(len(losses))
]
axes.plot(losses, color=BLUE, alpha=0.25)
axes.plot(smooth, color=BLUE, label=label(ko="손실 (20걸음 평균)", en="loss (mean of 20 steps)"))
axes.axhline(math.log(len(vocabulary)), color=GREY, linestyle=":", label=label(ko="아무렇게나 찍을 때", en="guessing"))
axes.set(
    xlabel=label(ko="걸음 (번)", en="steps (count)"),
    ylabel=label(ko="손실 (크로스 엔트로피)", en="loss (cross-entropy)"),
)
axes.legend(fontsize=9)
show("gpt_loss", canvas, ko="다음 자모를 점점 더 잘 맞힌다", en="It predicts the next letter better and better")

# %% [markdown] tags=["ko"]
# ## 새 이름
#
# 이제 다시 지어 보게 합시다. 데이터에 **없는** 이름만 골라 보았습니다. 외운 것이 아니라 새로 지은 이름입니다.

# %% [markdown] tags=["en"]
# ## New names
#
# Let it make up names again. Here are only those that are **not** in the data: not remembered, but invented.

# %%
after, share_after = review()
new = [name for name in dict.fromkeys(after) if looks_like_a_name(name) and name not in NAMES]
say(
    ko=f"이름 꼴 {share_before:.0%} → {share_after:.0%}. 새 이름: {', '.join(new[:12])}",
    en=f"Shaped like a name: {share_before:.0%} → {share_after:.0%}. New ones: {', '.join(new[:12])}",
)
for temperature in [0.3, 1.0, 2.0]:
    dice = random.Random(2)
    say(
        ko=f"온도 {temperature}: {', '.join(invent(dice, temperature) for _ in range(size(8, small=2)))}",
        en=f"temperature {temperature}: {', '.join(invent(dice, temperature) for _ in range(size(8, small=2)))}",
    )

# %% [markdown] tags=["ko"]
# ## 무엇을 보고 있는가
#
# 아래 왼쪽은 '서준'을 읽을 때의 **어텐션**입니다. 행은 지금 자리, 열은 바라보는 앞자리입니다. 오른쪽은 '서' 다음에 올 자모의
# 확률입니다. 종성이나 초성, 끝 표시만 후보에 오른다면 한글의 규칙을 배운 것입니다.

# %% [markdown] tags=["en"]
# ## What is it looking at?
#
# Left is the **attention** while it reads 서준 (Seojun): rows are the present place, columns the earlier places that it
# looks at. Right are the probabilities of the letter after 서: only finals, initials and the end mark may follow. It has
# learnt how Korean is written.

# %% tags=["hide-input"]
read = [END, *to_letters("서준")]
known = [number_of.get(letter, 0) for letter in read]
model(known)
heads = len(model.parts)
canvas, panels = figure(1, 3, width=10.5, height=3.6, width_ratios=[1, 1, 1.4])
for head in range(heads):
    looks = model.attention[head::heads]
    square = [row + [float("nan")] * (len(read) - len(row)) for row in looks]
    image = panels[head].imshow(square, cmap="Blues", vmin=0, vmax=1)
    panels[head].set(
        xticks=range(len(read)),
        xticklabels=read,
        yticks=range(len(read)),
        yticklabels=read,
        title=label(ko=f"어텐션 머리 {head + 1}", en=f"attention head {head + 1}"),
        xlabel=label(ko="바라보는 자모", en="letter looked at"),
    )
panels[0].set_ylabel(label(ko="지금 자모", en="present letter"))
for axes in panels:
    axes.tick_params(axis="x", labelsize=13)
for axes in panels[:heads]:
    axes.tick_params(axis="y", labelsize=13)
canvas.colorbar(image, ax=panels[1]).set_label(label(ko="비중", en="share"))
chances = [p.data for p in nn.softmax(model(known[:3])[-1])]
likely = sorted(range(len(vocabulary)), key=lambda i: -chances[i])[:12]
panels[2].bar([vocabulary[i] for i in likely], [chances[i] for i in likely], color=BLUE)
panels[2].set(
    title=label(ko="'서' 다음에 올 자모", en="the letter after 서"),
    xlabel=label(ko="자모 (-ㄴ은 받침, ∎는 끝)", en="letter (-ㄴ is a final, ∎ the end)"),
    ylabel=label(ko="확률", en="probability"),
)
show("gpt_inside", canvas, ko="어텐션과 다음 자모의 확률", en="Attention, and the probabilities of the next letter")

# %% [markdown] tags=["ko"]
# ## 이 책을 마치며
#
# 큰 GPT도 이것과 같은 부품(임베딩, 어텐션, MLP, 소프트맥스)으로 되어 있고, 같은 네 걸음으로 배웁니다.
# 예측하고, 비교하고, 수정하고, 반복한다. 다른 것은 크기뿐입니다.

# %% [markdown] tags=["en"]
# ## At the end of this book
#
# The large GPTs are made of the same parts (embedding, attention, MLP, softmax), and learn by the same four steps:
# predict, compare, correct, repeat. What differs is the size.
