# %% [markdown] tags=["ko"]
# # 2장. 회귀와 분류, 지도 학습과 비지도 학습
#
# 기계에게 시키는 일은 크게 셋으로 나뉩니다.
#
# | 이름 | 정답이 있는가 | 무엇을 내놓는가 | 이 장의 데이터 |
# |---|---|---|---|
# | **회귀** (지도 학습) | 있다 | 이어진 수: 얼마나? | 당뇨병 환자 442명 |
# | **분류** (지도 학습) | 있다 | 종류 하나: 무엇? | 포도주 178병 |
# | **비지도 학습** | 없다 | 데이터에 숨은 구조 | 손글씨 숫자 그림 |
#
# 셋 다 1장의 네 걸음(예측, 비교, 수정, 반복)으로 배웁니다. 달라지는 것은 무엇과 비교하느냐입니다.

# %% [markdown] tags=["en"]
# # Chapter 2. Regression and classification, supervised and unsupervised
#
# What we ask of a machine falls into three kinds.
#
# | name | are there answers? | what comes out | the data in this chapter |
# |---|---|---|---|
# | **regression** (supervised) | yes | a continuous number: how much? | 442 diabetes patients |
# | **classification** (supervised) | yes | one kind out of several: which? | 178 bottles of wine |
# | **unsupervised learning** | no | the structure hidden in the data | pictures of handwritten digits |
#
# All three learn by the four steps of chapter 1: predict, compare, correct, repeat. What differs is what the
# prediction is compared with.

# %% [markdown] tags=["ko"]
# ## 회귀: 이어진 수를 맞힌다
#
# 환자의 나이, 체질량지수(BMI), 혈압 등 열 가지 특성을 보고 일 년 뒤 병이 얼마나 진행되었는지를 맞힙니다.
# 진행도는 25에서 346까지 어떤 수든 될 수 있습니다. 이렇게 **이어진 값**(연속값)을 맞히는 일이 회귀입니다.
#
# 모델은 **뉴런** 하나입니다. 뉴런은 특성마다 가중치를 곱해 더하고 편향을 더합니다. 1장의 모델에서 손잡이만 늘어난 셈이지요.
# `train`은 1장의 네 걸음을 그대로 해 주는 함수입니다.

# %% [markdown] tags=["en"]
# ## Regression: predict a continuous number
#
# From ten features of a patient (age, body mass index, blood pressure, ...) tell how far the disease has gone a year
# later. The measure can be any number between 25 and 346. Predicting such a **continuous** value is regression.
#
# The model is a single **neuron**. It multiplies each feature by a weight, adds it all up, and adds a bias: the model
# of chapter 1 with more knobs. `train` is a function that takes the four steps of chapter 1.

# %%
from micrograd_kr import nn
from micrograd_kr.book import BLUE, GREY, figure, label, likeliest, outputs, say, show, size, train
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_absolute_error
from sklearn.preprocessing import StandardScaler

patients = load_diabetes(scaled=False)
features = StandardScaler().fit_transform(patients.data).tolist()  # 크기를 맞춘다 / brought to one scale
progress = patients.target.tolist()

neuron = nn.Neuron(10, activation="linear", seed=1)


def regression_cost(patient, answer):
    return (neuron(patient) - answer) ** 2


train(regression_cost, features, progress, nn.SGD(neuron, lr=0.02), epochs=size(20, small=2))
guesses = outputs(neuron, features)
say(
    ko=f"예측은 정답에서 평균 {mean_absolute_error(progress, guesses):.0f}만큼 벗어납니다. (늘 평균만 답하면 "
    f"{mean_absolute_error(progress, [sum(progress) / 442] * 442):.0f})",
    en=f"The prediction is off by {mean_absolute_error(progress, guesses):.0f} on average. (Always answering the mean: "
    f"{mean_absolute_error(progress, [sum(progress) / 442] * 442):.0f})",
)

# %% [markdown] tags=["ko"]
# ## 분류: 종류를 맞힌다
#
# 이탈리아의 세 농장에서 난 포도주 178병을 화학 성분 열세 가지로 분석한 기록이 있습니다. 성분을 보고 **어느 농장**의
# 포도주인지 맞힙니다. 답은 0, 1, 2 가운데 하나이고 그 사이의 값은 없습니다. 이런 **띄엄띄엄한 값**(이산값)을 맞히는 일이 분류입니다.
#
# 이번에는 농장마다 뉴런을 하나씩, 모두 세 개를 둡니다. 가장 큰 값을 낸 뉴런의 농장이 답입니다.
# 비교에는 `cross_entropy`를 쓰는데, 왜 그런지는 8장에서 이야기합니다.

# %% [markdown] tags=["en"]
# ## Classification: predict a kind
#
# There are chemical analyses, thirteen numbers each, of 178 wines from three growers in Italy. From the analysis tell
# **which grower** made the wine. The answer is 0, 1 or 2, and nothing in between. Predicting such a **discrete** value
# is classification.
#
# We now take three neurons, one a grower; the neuron with the greatest output gives the answer. To compare we use
# `cross_entropy`; chapter 8 tells why.

# %%
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score

wine = load_wine()
analyses = StandardScaler().fit_transform(wine.data).tolist()
growers = wine.target.tolist()

layer = nn.Layer(13, 3, activation="linear", seed=1)


def classification_cost(analysis, grower):
    return nn.cross_entropy(layer(analysis), grower)


train(classification_cost, analyses, growers, nn.SGD(layer, lr=0.1), epochs=size(20, small=2))
answers = likeliest(outputs(layer, analyses))
say(
    ko=f"178병 가운데 {sum(a == g for a, g in zip(answers, growers))}병을 맞혔습니다. (정확도 {accuracy_score(growers, answers):.1%})",
    en=f"{sum(a == g for a, g in zip(answers, growers))} of 178 bottles are right (accuracy {accuracy_score(growers, answers):.1%}).",
)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=4)
left.plot([25, 346], [25, 346], color=GREY, linestyle="--", label=label(ko="꼭 맞힌 예측", en="a perfect prediction"))
left.scatter(progress, guesses, s=10, color=BLUE, alpha=0.6, label=label(ko="환자", en="patients"))
left.set(
    title=label(ko="회귀: 답이 이어져 있다", en="regression: answers are continuous"),
    xlabel=label(ko="정답: 병의 진행도 (점)", en="truth: progression (score)"),
    ylabel=label(ko="예측 (점)", en="prediction (score)"),
)
left.legend(fontsize=9)
counts = [[sum(g == true and a == guess for g, a in zip(growers, answers)) for guess in range(3)] for true in range(3)]
right.imshow(counts, cmap="Blues", vmin=0, vmax=110)
for true in range(3):
    for guess in range(3):
        right.text(guess, true, counts[true][guess], ha="center", va="center", fontsize=13)
right.set(
    title=label(ko="분류: 답이 띄엄띄엄 있다 (칸의 수: 병)", en="classification: answers are discrete (bottles)"),
    xticks=range(3),
    yticks=range(3),
    xlabel=label(ko="예측한 농장 (번호)", en="predicted grower (number)"),
    ylabel=label(ko="정답인 농장 (번호)", en="true grower (number)"),
)
show(
    "regression_and_classification",
    canvas,
    ko="회귀에서는 대각선에 가까울수록, 분류에서는 대각선의 칸에 모일수록 잘 맞힌 것",
    en="Good predictions lie near the diagonal in regression, and in the cells of the diagonal in classification",
)

# %% [markdown] tags=["ko"]
# ## 비지도 학습: 정답 없이 배운다
#
# 이제 정답을 아예 버립니다. 손글씨 숫자 그림만 있고, 어느 것이 3이고 어느 것이 7인지는 모릅니다.
# 그래도 비교할 것이 하나 있습니다. **자기 자신**입니다.
#
# **오토인코더**는 점(픽셀) 64개로 된 그림을 **수 두 개**로 눌러 담았다가(부호화), 그 두 수만 보고 그림을 되살립니다(복호화).
# 되살린 그림이 원래 그림과 다를수록 손실이 큽니다. 수 두 개만 지나갈 수 있는 좁은 문을 만들었으니, 모델은
# 그림에서 **가장 중요한 것**만 골라 담을 수밖에 없습니다.

# %% [markdown] tags=["en"]
# ## Unsupervised learning: without answers
#
# Now we throw the answers away. There are only pictures of handwritten digits; nobody says which is a 3 and which a 7.
# There is still something to compare with: the picture **itself**.
#
# An **autoencoder** squeezes a picture of 64 pixels into **two numbers** (encoding), and brings the picture back from
# the two numbers alone (decoding). The more the new picture differs from the old, the greater the loss. Through a door
# so narrow the model can carry only **what matters most**.

# %%
from sklearn.datasets import load_digits

digits = load_digits()
pictures = (digits.data / 16).tolist()[: size(700, small=40)]  # 0 = 흰 점, 1 = 검은 점 / 0 white, 1 black

encoder = nn.MLP(64, [16, 2], activation="tanh", initialization="xavier_uniform", seed=1)
decoder = nn.MLP(2, [16, 64], activation="tanh", output_activation="sigmoid", initialization="xavier_uniform", seed=2)


def autoencoder_cost(picture, itself):
    return nn.squared_error(decoder(encoder(picture)), itself)


optimizer = nn.Adam(encoder.parameters() + decoder.parameters(), lr=0.01)
losses = train(autoencoder_cost, pictures, pictures, optimizer, epochs=size(25, small=2), batch_size=10)
say(
    ko=f"되살린 그림의 오차(점 64개의 오차 제곱합): {losses[0]:.2f} → {losses[-1]:.2f}",
    en=f"Error of the restored picture (squares over its 64 pixels): {losses[0]:.2f} → {losses[-1]:.2f}",
)

# %% [markdown] tags=["ko"]
# 그림 한 장이 수 두 개가 되었으니 **지도**에 점으로 찍을 수 있습니다. 아래 지도에서 색은 나중에 칠한 것입니다.
# 학습할 때는 정답을 한 번도 보여 주지 않았는데도 같은 숫자끼리 모여 있습니다.

# %% [markdown] tags=["en"]
# Each picture is two numbers now, so that it can be a point on a **map**. The colours below were painted in afterwards:
# while learning, the model never saw an answer. Still the same digits have come together.

# %% tags=["hide-input"]
places = outputs(encoder, pictures)
canvas, axes = figure(width=7.2, height=5.6)
names = digits.target[: len(pictures)].tolist()
across, up = [x for x, _ in places], [y for _, y in places]
points = axes.scatter(across, up, c=names, cmap="tab10", vmin=-0.5, vmax=9.5, s=22, alpha=0.75)
for digit in range(10):
    mine = [place for place, name in zip(places, names) if name == digit]
    x, y = sorted(p[0] for p in mine)[len(mine) // 2], sorted(p[1] for p in mine)[len(mine) // 2]
    axes.text(
        x,
        y,
        digit,
        fontsize=15,
        ha="center",
        va="center",
        bbox={"boxstyle": "circle", "facecolor": "white", "alpha": 0.8},
    )
bar = canvas.colorbar(points, ticks=range(10))
bar.set_label(label(ko="숫자 (나중에 칠함)", en="digit (painted in later)"))
axes.set(
    xlabel=label(ko="첫째 수 (단위 없음)", en="first number (no unit)"),
    ylabel=label(ko="둘째 수 (단위 없음)", en="second number (no unit)"),
)
show(
    "map_of_digits",
    canvas,
    ko="정답 없이 그린 손글씨 숫자의 지도",
    en="A map of handwritten digits, drawn without answers",
)

# %% tags=["hide-input"]
canvas, panels = figure(2, 8, width=9, height=2.6)
for column in range(8):
    restored = outputs(decoder, [places[column]])[0]
    for row, picture in enumerate([pictures[column], restored]):
        panels[row][column].imshow([picture[i : i + 8] for i in range(0, 64, 8)], cmap="gray_r", vmin=0, vmax=1)
        panels[row][column].set(xticks=[], yticks=[])
panels[0][0].set_ylabel(label(ko="원래", en="original"))
panels[1][0].set_ylabel(label(ko="되살림", en="restored"))
show(
    "restored_digits",
    canvas,
    ko="윗줄: 원래 그림 (점 64개). 아랫줄: 수 두 개만 보고 되살린 그림",
    en="Above: the original pictures (64 pixels). Below: brought back from two numbers alone",
)

# %% [markdown] tags=["ko"]
# ## 무엇을 배웠나
#
# - **회귀**는 이어진 값을, **분류**는 종류를 맞힌다. 둘 다 정답과 비교하는 **지도 학습**이다.
# - **비지도 학습**은 정답 없이 데이터의 구조를 찾는다. 오토인코더는 자기 자신을 정답으로 삼는다.

# %% [markdown] tags=["en"]
# ## What was learnt
#
# - **Regression** predicts continuous values, **classification** kinds. Both compare with answers: **supervised**.
# - **Unsupervised learning** finds structure without answers. An autoencoder is its own answer.
