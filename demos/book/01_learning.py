# %% [markdown] tags=["ko"]
# # 1장. 학습이란 무엇인가
#
# 문제집을 푸는 학생을 떠올려 봅시다. 답지를 **치워 두고** 문제를 풉니다. 다 풀면 답지를 펴서 **맞추어 보고**,
# 틀린 만큼 생각을 **고칩니다**. 그리고 다음 문제로 넘어갑니다. 기계의 학습도 똑같습니다.
#
# 1. 정답을 치워 두고 **예측**한다.
# 2. 예측을 정답(레이블)과 **비교**한다. 얼마나 틀렸는지를 나타내는 수가 **손실**이다.
# 3. 손실이 줄어드는 쪽으로 모델을 **수정**한다.
# 4. **반복**한다.
#
# 이 책의 나머지는 모두 이 네 걸음의 변주입니다.

# %% [markdown] tags=["en"]
# # Chapter 1. What learning is
#
# Picture a student with a book of exercises. She **puts the answers away** and solves a problem. Then she opens the
# answers, **compares**, and **corrects** her thinking by as much as she was wrong. On to the next problem. A machine
# learns in just this way:
#
# 1. With the answers put away, **predict**.
# 2. **Compare** the prediction with the answer (the label). The number that tells how wrong it was is the **loss**.
# 3. **Correct** the model in the direction that makes the loss smaller.
# 4. **Repeat**.
#
# The rest of this book is made of variations on these four steps.

# %% tags=["hide-input"]
from micrograd_kr.book import BLUE, GREEN, GREY, RED, figure, label, say, show, size

canvas, axes = figure(width=6.4, height=4.2)
axes.set(xlim=(-1.75, 1.75), ylim=(-1.25, 1.25), aspect="equal")
axes.axis("off")
stages = [
    (0.0, 0.95, BLUE, label(ko="1. 예측\n정답은 치워 두고", en="1. predict\nthe answers put away")),
    (1.2, 0.0, RED, label(ko="2. 비교\n정답과의 차이 = 손실", en="2. compare\nhow wrong = the loss")),
    (0.0, -0.95, GREEN, label(ko="3. 수정\n손실이 줄어드는 쪽으로", en="3. correct\ntowards a smaller loss")),
    (-1.2, 0.0, GREY, label(ko="4. 반복\n다시 한 번", en="4. repeat\nonce more")),
]
for x, y, color, words in stages:
    box = {"boxstyle": "round,pad=0.6", "facecolor": color, "edgecolor": "none"}
    axes.text(x, y, words, ha="center", va="center", color="white", bbox=box, linespacing=1.5)
for start, end in [
    ((0.78, 0.9), (1.2, 0.3)),
    ((1.2, -0.3), (0.78, -0.9)),
    ((-0.78, -0.9), (-1.2, -0.3)),
    ((-1.2, 0.3), (-0.78, 0.9)),
]:
    arrow = {"arrowstyle": "-|>", "connectionstyle": "arc3,rad=-0.25", "color": "#444444", "linewidth": 1.6}
    axes.annotate("", end, start, arrowprops=arrow)
show("learning_loop", canvas, ko="학습의 네 걸음", en="The four steps of learning")

# %% [markdown] tags=["ko"]
# ## 문제와 정답
#
# 붓꽃 150송이를 잰 진짜 기록이 있습니다. 꽃잎의 **길이**를 문제로, 꽃잎의 **너비**를 정답으로 삼겠습니다.
# 길이만 보고 너비를 맞힐 수 있을까요?

# %% [markdown] tags=["en"]
# ## Problems and answers
#
# Here are the real measurements of 150 irises. Let the **length** of a petal be the problem, and its **width** the
# answer. Can the width be told from the length?

# %%
from sklearn.datasets import load_iris

flowers = load_iris().data
lengths = flowers[:, 2].tolist()  # 문제 / the problems
widths = flowers[:, 3].tolist()  # 정답 / the answers

for length, width in list(zip(lengths, widths))[::50]:
    say(ko=f"길이 {length} cm → 너비 {width} cm", en=f"length {length} cm → width {width} cm")

# %% [markdown] tags=["ko"]
# ## 모델: 손잡이가 두 개 달린 기계
#
# 우리 모델은 아주 작습니다. 길이에 어떤 수를 곱하고, 어떤 수를 더합니다.
#
# > 예측한 너비 = **가중치** × 길이 + **편향**
#
# 가중치와 편향은 기계에 달린 손잡이입니다. 지금은 둘 다 0이라 무엇을 물어도 0 cm라고 답합니다.
# `Value`는 **어떻게 계산되었는지를 기억하는 수**입니다. 나중에 "네가 얼마나 틀리게 만들었니?" 하고 물어보려고 씁니다.

# %% [markdown] tags=["en"]
# ## The model: a machine with two knobs
#
# Our model is tiny. It multiplies the length by one number and adds another.
#
# > predicted width = **weight** × length + **bias**
#
# Weight and bias are knobs on the machine. Both are 0 now, so that whatever we ask, it answers 0 cm.
# A `Value` is a **number that remembers how it was computed**. We use it so that we can ask it later: "how much of
# the error was your doing?"

# %%
from micrograd_kr import Value

weight = Value(0.0, label="weight")
bias = Value(0.0, label="bias")


def predict(length):
    return weight * length + bias


say(
    ko=f"학습 전: 길이 4.5 cm인 꽃잎의 너비는 {predict(4.5):.2f} cm?",
    en=f"Before learning: a petal 4.5 cm long is {predict(4.5):.2f} cm wide?",
)

# %% [markdown] tags=["ko"]
# ## 네 걸음을 코드로
#
# 번호를 따라가며 읽어 보세요. 위의 그림과 같은 네 걸음입니다. `backward()`는 손실에서 거꾸로 거슬러 올라가며
# 손잡이마다 **기울기**를 적어 둡니다. "이 손잡이를 조금 올리면 손실이 얼마나 늘어나는가"라는 수입니다.
# 그러니 기울기의 **반대쪽**으로 조금 돌리면 손실이 줄어듭니다.

# %% [markdown] tags=["en"]
# ## The four steps in code
#
# Follow the numbers: they are the four steps of the picture. `backward()` walks back from the loss and notes a
# **gradient** on each knob: how much the loss would grow if this knob were turned up a little. So we turn it a
# little the **other way**, and the loss shrinks.

# %%
rounds = size(200, small=12)
losses, remembered = [], {}

for step in range(rounds + 1):
    # 1. 예측: 길이만 본다 / predict: only the lengths are looked at
    predictions = [predict(length) for length in lengths]

    # 2. 비교: 이제 정답을 편다 / compare: now the answers are opened
    loss = sum((p - width) ** 2 for p, width in zip(predictions, widths)) / len(widths)
    losses.append(loss.data)
    remembered[step] = (weight.data, bias.data)

    # 3. 수정: 기울기의 반대쪽으로 조금 / correct: a little against the gradient
    weight.grad = bias.grad = 0.0
    loss.backward()
    weight.data -= 0.01 * weight.grad
    bias.data -= 0.01 * bias.grad

    # 4. 반복: for가 처음으로 돌아간다 / repeat: `for` goes back to the start

say(
    ko=f"손실: 처음 {losses[0]:.3f} → 1번 고친 뒤 {losses[1]:.3f} → {rounds}번 고친 뒤 {losses[-1]:.3f}",
    en=f"Loss: {losses[0]:.3f} at first → {losses[1]:.3f} after 1 correction → {losses[-1]:.3f} after {rounds}",
)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9, height=3.8)
left.scatter(lengths, widths, s=14, color=GREY, alpha=0.7, label=label(ko="붓꽃 (정답)", en="irises (answers)"))
for step, color in [(0, RED), (1, "#edae49"), (3, GREEN), (rounds, BLUE)]:
    w, b = remembered[step]
    name = label(ko=f"{step}번 고친 뒤", en=f"after {step} corrections")
    left.plot([0.5, 7], [w * 0.5 + b, w * 7 + b], color=color, label=name)
left.set(
    xlabel=label(ko="꽃잎 길이 (cm)", en="petal length (cm)"), ylabel=label(ko="꽃잎 너비 (cm)", en="petal width (cm)")
)
left.legend(fontsize=9)
right.plot(losses, color=BLUE)
right.set(
    xlabel=label(ko="고친 횟수 (번)", en="corrections (count)"),
    ylabel=label(ko="손실 (cm²)", en="loss (cm²)"),
    yscale="log",
)
show(
    "learning",
    canvas,
    ko="고칠 때마다 직선이 꽃들에 다가가고(왼쪽), 손실이 줄어든다(오른쪽, 로그 눈금)",
    en="With each correction the line comes closer to the flowers (left), and the loss shrinks (right, log scale)",
)

# %% [markdown] tags=["ko"]
# ## 무엇을 배웠나
#
# 아무도 기계에게 "꽃잎 너비는 길이의 약 0.4배"라고 알려 주지 않았습니다. 기계는 예측하고, 비교하고, 수정하는
# 일을 되풀이했을 뿐입니다. 배운 것은 모두 손잡이 두 개, 가중치와 편향에 들어 있습니다.

# %% [markdown] tags=["en"]
# ## What was learnt
#
# Nobody told the machine that "a petal is about 0.4 times as wide as it is long". It predicted, compared and
# corrected, over and over. All that it has learnt is in the two knobs, weight and bias.

# %%
say(
    ko=f"배운 모델: 너비 = {weight:.2f} × 길이 + ({bias:.2f}). 길이 4.5 cm이면 너비 {predict(4.5):.2f} cm",
    en=f"The learnt model: width = {weight:.2f} × length + ({bias:.2f}). At 4.5 cm of length: {predict(4.5):.2f} cm",
)
