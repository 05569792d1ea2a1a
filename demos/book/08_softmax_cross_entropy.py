# %% [markdown] tags=["ko"]
# # 8장. 소프트맥스와 크로스 엔트로피
#
# 분류 모델의 마지막 층은 클래스마다 **점수**를 하나씩 냅니다. 점수는 −3일 수도 12일 수도 있습니다. 이것을
# "이 클래스일 **확률**"로 바꾸는 것이 **소프트맥스**이고, 그 확률이 정답과 얼마나 먼지 재는 자가 **크로스 엔트로피**입니다.

# %% [markdown] tags=["en"]
# # Chapter 8. Softmax and cross-entropy
#
# The last layer of a classifier gives a **score** for each class. A score may be −3 or 12. **Softmax** turns scores into
# the **probabilities** of the classes, and **cross-entropy** is the rule that measures how far these are from the answer.

# %% [markdown] tags=["ko"]
# ## 점수에서 확률로
#
# 두 단계입니다. 먼저 점수 z마다 eᶻ을 구합니다. 그러면 모두 양수가 되고, 큰 점수는 더욱 커집니다.
# 그다음 전체 합으로 나눕니다. 그러면 합이 1이 됩니다.
#
# > 확률 = eᶻ ÷ (모든 클래스의 eᶻ의 합)

# %% [markdown] tags=["en"]
# ## From scores to probabilities
#
# There are two steps. Take eᶻ of each score z: all become positive, and large ones larger still. Then divide by their
# sum, so that they add up to 1.
#
# > probability = eᶻ ÷ (the sum of eᶻ over all classes)

# %%
import math

from micrograd_kr import Value, nn
from micrograd_kr.book import BLUE, GREY, RED, figure, label, likeliest, outputs, say, show, size

names = ["0", "1", "2"]
scores = [Value(2.0), Value(1.0), Value(-1.0)]

by_hand = [math.exp(z.data) for z in scores]
by_hand = [power / sum(by_hand) for power in by_hand]
probabilities = nn.softmax(scores)
for z, p, q in zip(scores, by_hand, probabilities):
    say(ko=f"점수 {z:4.1f} → 손으로 {p:.4f}, softmax {q:.4f}", en=f"score {z:4.1f} → by hand {p:.4f}, softmax {q:.4f}")

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=8.6, height=3)
left.bar(names, [z.data for z in scores], color=GREY)
left.axhline(0, color="black", linewidth=0.8)
left.set(
    title=label(ko="점수", en="scores"),
    xlabel=label(ko="클래스 (번호)", en="class (number)"),
    ylabel=label(ko="점수 (단위 없음)", en="score (no unit)"),
)
right.bar(names, [p.data for p in probabilities], color=BLUE)
for i, p in enumerate(probabilities):
    right.text(i, p.data + 0.02, f"{p:.2f}", ha="center")
right.set(
    title=label(ko="소프트맥스를 지난 뒤", en="after softmax"),
    xlabel=label(ko="클래스 (번호)", en="class (number)"),
    ylabel=label(ko="확률", en="probability"),
    ylim=(0, 1),
)
show(
    "scores_to_probabilities",
    canvas,
    ko="점수가 확률이 된다: 모두 양수이고 합은 1",
    en="Scores become probabilities: all positive, with sum 1",
)

# %% [markdown] tags=["ko"]
# ## 아무리 큰 점수도 안전하게
#
# e¹⁰⁰⁰은 컴퓨터가 담을 수 없는 수입니다. 다행히 모든 점수에서 같은 수를 빼도 확률은 그대로입니다. 그래서 가장 큰
# 점수를 먼저 뺍니다. 그러면 가장 큰 것이 e⁰ = 1이 됩니다.

# %% [markdown] tags=["en"]
# ## Safe for scores of any size
#
# e¹⁰⁰⁰ is more than a computer can hold. Luckily the probabilities stay the same when one number is subtracted from all
# scores. So the largest score is subtracted first, and the largest power is e⁰ = 1.

# %%
try:
    math.exp(1000.0)
except OverflowError as problem:
    say(ko=f"math.exp(1000): {problem}", en=f"math.exp(1000): {problem}")
print(
    "softmax([1000, 999, -1000]) =",
    [round(p.data, 4) for p in nn.softmax([Value(1000.0), Value(999.0), Value(-1000.0)])],
)

# %% [markdown] tags=["ko"]
# ## 온도
#
# 점수를 먼저 **온도**로 나누면 확신의 정도를 조절할 수 있습니다. 온도가 낮으면 1등에게 몰아주고, 높으면 골고루 나눕니다.
# 11장의 GPT가 글을 지을 때 다시 씁니다.

# %% [markdown] tags=["en"]
# ## Temperature
#
# Dividing the scores by a **temperature** first sets how sure the model is. A low temperature gives nearly everything to
# the winner, a high one shares it out. The GPT of chapter 11 will use it for writing.

# %% tags=["hide-input"]
canvas, panels = figure(1, 3, width=9, height=2.7, sharey=True)
for axes, temperature in zip(panels, [0.5, 1.0, 5.0]):
    axes.bar(names, [p.data for p in nn.softmax(scores, temperature)], color=BLUE)
    axes.set(
        title=label(ko=f"온도 {temperature}", en=f"temperature {temperature}"),
        xlabel=label(ko="클래스 (번호)", en="class (number)"),
        ylim=(0, 1),
    )
panels[0].set_ylabel(label(ko="확률", en="probability"))
show("temperature", canvas, ko="같은 점수, 다른 온도", en="The same scores at three temperatures")

# %% [markdown] tags=["ko"]
# ## 두 분포 사이의 거리
#
# 정답도 확률 분포로 볼 수 있습니다. 정답이 0번이면 (1, 0, 0)입니다. **크로스 엔트로피**는 정답의 분포와 예측의 분포가
# 얼마나 다른지 잽니다. 정답 클래스에 준 확률 p에 대해 −log p가 됩니다.
#
# - 정답에 확률 1을 주었으면 0: 더 바랄 것이 없다.
# - 정답에 확률 0에 가까운 값을 주었으면 끝없이 커진다: **자신 있게 틀린 예측**은 크게 혼난다.

# %% [markdown] tags=["en"]
# ## The distance between two distributions
#
# The answer is a distribution too: if it is class 0, then (1, 0, 0). **Cross-entropy** measures how much the distribution
# of the prediction differs from that of the answer. It is −log p, where p is the probability given to the right class.
#
# - Probability 1 for the right class costs 0: nothing to improve.
# - A probability close to 0 costs without bound: a prediction that is **wrong and sure of it** is punished hard.

# %%
answer = 0
loss = nn.cross_entropy(scores, answer)
say(
    ko=f"크로스 엔트로피 {loss:.4f} = −log {probabilities[answer]:.4f}",
    en=f"cross-entropy {loss:.4f} = −log {probabilities[answer]:.4f}",
)

loss.backward()
for z, p, truth in zip(scores, probabilities, [1, 0, 0]):
    say(
        ko=f"점수의 기울기 {z.grad:+.4f} = 예측 {p:.4f} − 정답 {truth}",
        en=f"gradient of the score {z.grad:+.4f} = prediction {p:.4f} − truth {truth}",
    )

# %% [markdown] tags=["ko"]
# 기울기가 놀랍도록 단순합니다. **예측 − 정답**, 3장의 오차 그대로입니다.
#
# ## 왜 제곱 오차를 쓰지 않는가
#
# 확률과 정답의 차이를 제곱해도 될 것 같지만, 문제가 있습니다. 모델이 **자신 있게 틀렸을 때** 제곱 오차의 기울기는
# 거의 0입니다. 가장 크게 고쳐야 할 때 고칠 줄을 모르는 것입니다.

# %% [markdown] tags=["en"]
# The gradient is surprisingly simple: **prediction − truth**, the error of chapter 3.
#
# ## Why not the squared error?
#
# One could square the difference of probability and truth. But when the model is **wrong and sure of it**, the gradient
# of the squared error is almost 0: it does not know how to correct just when it has most to correct.

# %%
gaps = [gap / 2 for gap in range(-16, 17)]  # 정답의 점수 − 다른 클래스의 점수 / score of the right class − the other
squared, crossed = [], []
for gap in gaps:
    z = [Value(gap), Value(0.0)]
    p = nn.softmax(z)
    ((p[0] - 1) ** 2 + p[1] ** 2).backward()
    squared.append(z[0].grad)
    z = [Value(gap), Value(0.0)]
    nn.cross_entropy(z, 0).backward()
    crossed.append(z[0].grad)
say(
    ko=f"정답의 점수가 8만큼 뒤질 때의 기울기: 크로스 엔트로피 {crossed[0]:.4f}, 제곱 오차 {squared[0]:.4f}",
    en=f"gradients when the right class is 8 behind: cross-entropy {crossed[0]:.4f}, squared error {squared[0]:.4f}",
)

# %% [markdown] tags=["ko"]
# 진짜 데이터로도 겨루어 봅시다. 붓꽃 모델을 일부러 **자신 있게 틀린** 상태에서 출발시킵니다.

# %% [markdown] tags=["en"]
# Let the two compete on real data as well. We start a model of the irises **wrong and sure of it**, on purpose.

# %%
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

iris = load_iris()
flowers, species = StandardScaler().fit_transform(iris.data).tolist(), iris.target.tolist()


def squared_error_of_probabilities(logits, answer):
    return sum((p - (1 if k == answer else 0)) ** 2 for k, p in enumerate(nn.softmax(logits)))


curves = {}
for name, distance in {"cross-entropy": nn.cross_entropy, "squared error": squared_error_of_probabilities}.items():
    layer = nn.Layer(4, 3, activation="linear", initialization="zeros")
    layer.neurons[0].b.data = 8.0  # 무엇을 보아도 0번이라고 우긴다 / insists on class 0, whatever it sees
    optimizer = nn.SGD(layer, lr=0.5)
    curves[name] = []
    for _ in range(size(60, small=2)):
        cost = sum(distance(layer(flower), kind) for flower, kind in zip(flowers, species)) / len(species)
        curves[name].append(sum(a == b for a, b in zip(likeliest(outputs(layer, flowers)), species)) / len(species))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    say(ko=f"{name}: 정확도 {curves[name][-1]:.1%}", en=f"{name}: accuracy {curves[name][-1]:.1%}")

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.6)
korean = {"cross-entropy": "크로스 엔트로피", "squared error": "제곱 오차"}
for name, slopes, color in [("cross-entropy", crossed, BLUE), ("squared error", squared, RED)]:
    shown = label(ko=korean[name], en=name)
    left.plot(gaps, slopes, color=color, label=shown)
    right.plot([100 * share for share in curves[name]], color=color, label=shown)
left.axhline(0, color=GREY, linewidth=0.8)
left.annotate(
    label(ko="자신 있게 틀렸는데\n기울기가 0", en="wrong and sure of it,\nyet no gradient"),
    (-7.5, squared[1]),
    (-7.8, -0.62),
    arrowprops={"arrowstyle": "->"},
)
left.set(
    xlabel=label(ko="정답의 점수 - 다른 클래스의 점수", en="score of the right class - score of the other"),
    ylabel=label(ko="정답 점수의 기울기", en="gradient of the right score"),
)
right.set(
    xlabel=label(ko="고친 횟수 (번)", en="corrections (count)"),
    ylabel=label(ko="정확도 (%)", en="accuracy (%)"),
    ylim=(0, 102),
)
right.legend(fontsize=9, loc="lower right")
show(
    "why_not_squared_error",
    canvas,
    ko="왼쪽: 자신 있게 틀린 곳에서 제곱 오차의 기울기는 사라진다. 오른쪽: 그래서 배우지 못한다",
    en="Left: where the model is wrong and sure of it, the gradient of the squared error vanishes. Right: so it does not learn",
)

# %% [markdown] tags=["ko"]
# ## 레이블이 이상할 때
#
# 클래스가 셋이면 정답은 0, 1, 2뿐입니다. 잘못 적힌 정답이나 데이터가 하나도 없는 클래스는 학습하기 전에 찾아내야 합니다.

# %% [markdown] tags=["en"]
# ## When labels are wrong
#
# With three classes an answer is 0, 1 or 2. A mistyped answer, or a class without any example, should be found before
# training.

# %%
from micrograd_kr.book import BadDataError, check_labels

for labels in [[0, 1, 2, 3, 1], [0, 0, 2, 2, 0]]:
    try:
        check_labels(labels, classes=3)
    except BadDataError as problem:
        print(labels, "→", problem)

# %% [markdown] tags=["ko"]
# ## 무엇을 배웠나
#
# - **소프트맥스**는 점수를 확률로 바꾼다. 온도로 확신을 조절한다.
# - **크로스 엔트로피**는 정답의 분포와 예측의 분포 사이의 거리이고, 기울기는 예측 − 정답이다.

# %% [markdown] tags=["en"]
# ## What was learnt
#
# - **Softmax** turns scores into probabilities; the temperature sets how sure they are.
# - **Cross-entropy** is the distance from the answer's distribution to the prediction's; its gradient is prediction − truth.
