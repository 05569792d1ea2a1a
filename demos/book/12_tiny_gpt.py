"""Chapter 12. A tiny GPT.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/12_tiny_gpt.md;
`python -m micrograd_kr book 12` shows them with the code.
"""

# %% [markdown] tiny_gpt

# %% [markdown] aims

# %% [markdown] data_names_letter_by_letter

# %%
import math
import random

from micrograd_kr import dot, nn, no_grad
from micrograd_kr.book import MODEL, TRAINING, VALIDATION, figure, label, say, show, size

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
FINALS = ["", *("-" + c for c in "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")]  # a final


def to_letters(name):
    letters = []
    for syllable in name:
        number = ord(syllable) - ord("가")
        letters += [INITIALS[number // 588], VOWELS[number // 28 % 21], FINALS[number % 28]]
    return [letter for letter in letters if letter]


def to_name(letters):
    """Letters that fit become syllables."""
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


END = "∎"  # the beginning and the end of a name
names = sorted(set(NAMES))
vocabulary = [END, *sorted({letter for name in names for letter in to_letters(name)})]
number_of = {letter: i for i, letter in enumerate(vocabulary)}
random.Random(0).shuffle(names)
unseen, names = names[: size(20, small=4)], names[20 : size(200, small=30)]  # put aside
say("names_different_letters", count=len(names), unseen=len(unseen), letters=len(vocabulary))
say("one_name", example=" ".join(to_letters("서준")))

# %% [markdown] model


# %%
class TinyGPT(nn.Module):
    def __init__(self, letters, width=12, heads=2, longest=12):
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
        """For each place, the scores of the next letter."""
        keys, values, scores = [], [], []
        self.attention = []  # kept for the picture
        for place, letter in enumerate(letters):
            x = [a + b for a, b in zip(self.letter(letter), self.place(place))]

            seen = self.norm1(x)  # attention
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

            x = [a + b for a, b in zip(x, self.think(self.norm2(x)))]  # thinking
            scores.append(self.score(x))
        return scores


model = TinyGPT(len(vocabulary))
say("knobs", count=len(model.parameters()))

# %% [markdown] making_up_names


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
    """Names, and how many have the form of one."""
    dice = random.Random(1)
    invented = [invent(dice) for _ in range(how_many)]
    return invented, sum(map(looks_like_a_name, invented)) / len(invented)


before, share_before = review()
say("before_learning", names=", ".join([name for name in before if name][:6]), share_before=share_before)

# %% [markdown] training


# %%
def loss_of(name):
    """The mean over the letters of one name."""
    letters = [number_of[letter] for letter in [END, *to_letters(name), END]]
    return nn.cross_entropy(model(letters[:-1]), letters[1:])


def cost_of_unseen():
    with no_grad():
        return sum(loss_of(name) for name in unseen).data / len(unseen)


dice = random.Random(0)
epochs, batch = size(6, small=1), 4
steps = epochs * (len(names) // batch)
optimizer = nn.Adam(model, lr=nn.LinearDecay(0.03, steps=steps), betas=(0.9, 0.99))
costs, unseen_costs = [], [cost_of_unseen()]
for _ in range(epochs):
    dice.shuffle(names)
    for start in range(0, len(names) - batch + 1, batch):
        cost = sum(loss_of(name) for name in names[start : start + batch]) / batch
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.data)
    unseen_costs.append(cost_of_unseen())

last = sum(costs[-10:]) / len(costs[-10:])
say("cost_at_first", first=costs[0], guessing=math.log(len(vocabulary)), last=last)
say("cost_of_the_unseen", first=unseen_costs[0], last=unseen_costs[-1])

# %% tags=["hide-input"]
canvas, axes = figure(width=7, height=3.2)
smooth = [sum(costs[max(0, i - 19) : i + 1]) / len(costs[max(0, i - 19) : i + 1]) for i in range(len(costs))]
axes.plot(smooth, color=TRAINING, label=label("training_cost"))
rounds = [epoch * len(costs) / epochs for epoch in range(epochs + 1)]
axes.plot(rounds, unseen_costs, color=VALIDATION, marker="o", linestyle="--", label=label("unseen_cost"))
axes.axhline(math.log(len(vocabulary)), color="grey", linestyle=":", label=label("guessing"))
axes.set(xlabel=label("steps"), ylabel=label("cost_axis"), ylim=(0, None))
axes.legend(fontsize=9)
show("gpt_cost", canvas)

# %% [markdown] new_names

# %%
after, share_after = review()
new = [name for name in dict.fromkeys(after) if looks_like_a_name(name) and name not in NAMES]
say("shaped_like_a_name", share_before=share_before, share_after=share_after, names=", ".join(new[:12]))
for temperature in [0.3, 1.0, 2.0]:
    dice = random.Random(2)
    say(
        "temperature",
        temperature=temperature,
        names=", ".join(invent(dice, temperature) for _ in range(size(8, small=2))),
    )

# %% [markdown] what_is_it_looking

# %%
chances = [p.data for p in nn.softmax(model([number_of[letter] for letter in [END, *to_letters("서")]])[-1])]
say("vowel_after_vowel", share=sum(chances[number_of[vowel]] for vowel in VOWELS if vowel in number_of))

# %% tags=["hide-input"]
read = [END, *to_letters("서준")]
model([number_of[letter] for letter in read])
heads = len(model.parts)
canvas, panels = figure(1, 3, width=10.5, height=3.6, width_ratios=[1, 1, 1.4])
for head in range(heads):
    looks = model.attention[head::heads]
    square = [row + [float("nan")] * (len(read) - len(row)) for row in looks]
    image = panels[head].imshow(square, cmap="Greys", vmin=0, vmax=1)
    panels[head].set(
        xticks=range(len(read)),
        xticklabels=read,
        yticks=range(len(read)),
        yticklabels=read,
        title=label("attention_head", number=head + 1),
        xlabel=label("letter_looked"),
    )
panels[0].set_ylabel(label("present_letter"))
for axes in panels:
    axes.tick_params(axis="x", labelsize=13)
for axes in panels[:heads]:
    axes.tick_params(axis="y", labelsize=13)
canvas.colorbar(image, ax=panels[1]).set_label(label("share"))
likely = sorted(range(len(vocabulary)), key=lambda i: -chances[i])[:12]
panels[2].bar([vocabulary[i] for i in likely], [chances[i] for i in likely], color=MODEL)
panels[2].set(
    title=label("letter_after"),
    xlabel=label("letter"),
    ylabel=label("probability"),
)
show("gpt_inside", canvas)

# %% [markdown] at_the_end_of_this_book

# %% [markdown] recap

# %% [question] six_letters predict
print(to_letters("하늘"))

# %% [question] cannot_look_ahead choose
model([number_of[letter] for letter in [END, *to_letters("서준")]])
print({1: 1, 2: 2, 6: 3}[len(model.attention[0])])

# %% [question] guessing_cost choose
print(1 + [abs(guess - math.log(32)) < 0.01 for guess in (0.0, 3.47, 32.0)].index(True))

# %% [question] next_letter mend
letters = [END, *to_letters("나"), END]
pairs = list(zip(letters, letters))  # mend: pairs = list(zip(letters[:-1], letters[1:]))
print(pairs)
