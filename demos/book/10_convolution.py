# %% [markdown] tags=["ko"]
# # 10장. 합성곱 신경망 (CNN)
#
# 지금까지는 그림을 점(픽셀) 64개의 한 줄로 펴서 모델에 넣었습니다. 그러면 어느 점이 어느 점의 **이웃**인지 모델은 알 수 없습니다.
# 사람은 그림을 그렇게 보지 않습니다. 작은 모양(선, 모서리, 고리)을 먼저 찾고, 그것이 **어디에 있든** 같은 모양으로 알아봅니다.
#
# **합성곱**은 작은 창(**필터**)을 그림 위로 미끄러뜨리며, 자리마다 같은 가중치로 같은 모양을 찾습니다.

# %% [markdown] tags=["en"]
# # Chapter 10. Convolutional neural networks (CNN)
#
# So far a picture went in as one long row of 64 pixels. The model could not know which pixel is a **neighbour** of which.
# We do not look at pictures in that way. We find small shapes first (lines, corners, rings), and know them **wherever**
# they are.
#
# A **convolution** slides a small window (a **filter**) over the picture, and looks for the same shape with the same
# weights at every place.

# %% [markdown] tags=["ko"]
# ## 필터, 스트라이드, 패딩
#
# - **필터**: 3×3 창의 가중치 아홉 개. 창 아래의 점과 하나씩 곱해 더한다. 뉴런과 똑같은 `dot` 하나다.
# - **스트라이드**(stride, 보폭): 창을 한 번에 몇 칸 옮기는가.
# - **패딩**(padding): 그림 둘레에 0을 몇 겹 두르는가. 한 겹 두르면 3×3 창을 지나도 크기가 그대로다.
#
# 세로선을 찾는 필터를 손으로 만들어 봅시다.

# %% [markdown] tags=["en"]
# ## Filter, stride, padding
#
# - **Filter**: nine weights in a window of 3×3. Multiply each by the pixel below it, and add: one `dot`, as in a neuron.
# - **Stride**: how many pixels the window moves at a time.
# - **Padding**: how many rings of zeros are put around the picture. With one ring a 3×3 window keeps the size.
#
# Let us make a filter by hand that finds vertical strokes.

# %%
from micrograd_kr import Value, grad, nn
from micrograd_kr.book import BLUE, GREY, RED, draw_pixels, figure, label, likeliest, outputs, say, show, size, train
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

digits = load_digits()
pictures = [(image / 16).tolist() for image in digits.images]  # 8×8, 0 = 흰 점 / white

strokes = [-1.0, 2.0, -1.0] * 3
one_filter = nn.Conv2d(1, 1, kernel_size=3)
for weight, number in zip(one_filter.filters[0].w, strokes):
    weight.data = number

for stride, padding in [(1, 0), (1, 1), (2, 0)]:
    conv = nn.Conv2d(1, 1, kernel_size=3, stride=stride, padding=padding)
    result = conv(pictures[1])[0]
    say(
        ko=f"스트라이드 {stride}, 패딩 {padding}: 8×8 → {len(result)}×{len(result[0])}",
        en=f"stride {stride}, padding {padding}: 8×8 → {len(result)}×{len(result[0])}",
    )
say(
    ko=f"가중치는 어디서나 같은 아홉 개와 편향 하나뿐: 손잡이 {len(one_filter.parameters())}개",
    en=f"the same nine weights everywhere, and one bias: {len(one_filter.parameters())} knobs",
)


# %% tags=["hide-input"]
def flat(rows):
    return [float(cell) for row in rows for cell in row]


found = one_filter(pictures[1])[0]
pooled = nn.MaxPool2d(2)([found])[0]
canvas, panels = figure(1, 4, width=9.4, height=2.7)
draw_pixels(panels[0], flat(pictures[1]), label(ko="그림 (8×8)", en="picture (8×8)"))
draw_pixels(panels[1], strokes, label(ko="세로선 필터 (3×3)", en="vertical filter (3×3)"), signed=True)
image = draw_pixels(panels[2], flat(found), label(ko="특징 맵 (6×6)", en="feature map (6×6)"), signed=True)
draw_pixels(panels[3], flat(pooled), label(ko="맥스 풀링 (3×3)", en="max pooling (3×3)"), signed=True)
canvas.colorbar(image, ax=panels).set_label(label(ko="값 (단위 없음)", en="value (no unit)"))
show(
    "filter_by_hand",
    canvas,
    ko="세로선이 있는 자리에서 특징 맵의 값이 커진다(빨강). 풀링은 2×2 칸마다 가장 큰 것만 남긴다",
    en="Where there is a vertical stroke the feature map is large (red). Pooling keeps the largest of each 2×2 cells",
)

# %% [markdown] tags=["ko"]
# ## 풀링
#
# **맥스 풀링**은 이웃한 2×2 칸에서 가장 큰 값만 남깁니다. 모양이 한 칸쯤 옮겨 가도 결과가 거의 같아지고, 계산도 줄어듭니다.
#
# ## 손글씨 읽기
#
# 이제 필터를 손으로 만들지 않고 **배우게** 합니다. 필터 여섯 개 → 렐루 → 맥스 풀링 → 한 줄로 펴기 → 클래스 열 개.
# 진짜 손글씨 1,797장에서 20%는 떼어 두고 손대지 않습니다.

# %% [markdown] tags=["en"]
# ## Pooling
#
# **Max pooling** keeps the largest of 2×2 neighbouring cells. If a shape moves by a pixel, the result is nearly the same,
# and there is less to compute.
#
# ## Reading handwriting
#
# Now we do not make the filters by hand: they are **learnt**. Six filters → relu → max pooling → flatten → ten classes.
# Of the 1,797 real pictures 20 % are put aside and left untouched.

# %%
X_train, X_test, y_train, y_test = train_test_split(
    pictures, digits.target.tolist(), test_size=0.2, random_state=0, stratify=digits.target
)
X_train, y_train = X_train[: size(1437, small=24)], y_train[: size(1437, small=24)]
X_test, y_test = X_test[: size(360, small=20)], y_test[: size(360, small=20)]

model = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=3, seed=1),  # 8×8 → 6 × 6×6
    "relu",
    nn.MaxPool2d(2),  # 6 × 3×3
    nn.Flatten(),  # 54
    nn.Linear(54, 10, seed=2),
)
say(
    ko=f"손잡이 {len(model.parameters())}개. 그 가운데 필터의 것이 {len(model[0].parameters())}개",
    en=f"{len(model.parameters())} knobs, {len(model[0].parameters())} of them in the filters",
)


def cost(picture, digit):
    return nn.cross_entropy(model(picture), digit)


epochs = size(10, small=1)
steps = epochs * (len(X_train) // 16 + 1)
test_accuracy = []
losses = train(
    cost,
    X_train,
    y_train,
    nn.Adam(model, lr=nn.CosineDecay(0.02, steps=steps)),
    epochs=epochs,
    batch_size=16,
    after_epoch=lambda epoch: test_accuracy.append(accuracy_score(y_test, likeliest(outputs(model, X_test)))),
)
guesses = likeliest(outputs(model, X_test))
say(
    ko=f"손대지 않은 {len(y_test)}장에서 정확도 {accuracy_score(y_test, guesses):.1%}",
    en=f"accuracy on the {len(y_test)} untouched pictures: {accuracy_score(y_test, guesses):.1%}",
)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9, height=3.2)
left.plot(range(1, epochs + 1), losses, color=BLUE, marker="o", markersize=3)
left.set(
    xlabel=label(ko="에포크 (번)", en="epochs (count)"),
    ylabel=label(ko="학습 손실 (크로스 엔트로피)", en="training loss (cross-entropy)"),
)
right.plot(range(1, epochs + 1), [100 * share for share in test_accuracy], color=RED, marker="o", markersize=3)
right.axhline(96, color=GREY, linestyle=":", linewidth=1)
right.set(
    xlabel=label(ko="에포크 (번)", en="epochs (count)"), ylabel=label(ko="시험 정확도 (%)", en="test accuracy (%)")
)
show(
    "cnn_training",
    canvas,
    ko="학습 손실과 시험 정확도 (점선은 96%)",
    en="Training loss and test accuracy (dotted: 96 %)",
)

# %% [markdown] tags=["ko"]
# ## 무엇을 배웠는지 들여다보기
#
# 여섯 필터는 저마다 다른 획을 찾습니다. 아래는 필터와, 숫자 하나에서 그 필터가 찾아낸 **특징 맵**입니다.

# %% [markdown] tags=["en"]
# ## Looking inside
#
# Each of the six filters looks for another stroke. Here are the filters, and the **feature maps** that they make of one
# digit.

# %% tags=["hide-input"]
seen = X_test[0]
maps = [[[max(0.0, float(v)) for v in row] for row in channel] for channel in model[0](seen)]
canvas, panels = figure(2, 7, width=10, height=3.2)
draw_pixels(panels[0][0], flat(seen), label(ko="그림", en="picture"))
panels[1][0].axis("off")
for index in range(6):
    filter_image = draw_pixels(
        panels[0][index + 1],
        [w.data for w in model[0].filters[index].w],
        label(ko=f"필터 {index}", en=f"filter {index}"),
        signed=True,
    )
    filter_image.set_clim(-1.5, 1.5)
    map_image = draw_pixels(panels[1][index + 1], flat(maps[index]))
    map_image.set_clim(0, max(map(max, (flat(m) for m in maps))))
canvas.colorbar(filter_image, ax=panels[0]).set_label(label(ko="가중치", en="weight"))
canvas.colorbar(map_image, ax=panels[1]).set_label(label(ko="특징", en="feature"))
show(
    "filters_and_maps",
    canvas,
    ko="배운 필터(위)와 그 특징 맵(아래, 단위 없는 수)",
    en="The learnt filters (above) and their feature maps (below, plain numbers)",
)

# %% [markdown] tags=["ko"]
# ## 잘못 읽은 숫자 하나
#
# 왜 틀렸을까요? 점 하나하나를 `Value`로 넣으면 **그림에 대한 기울기**를 물을 수 있습니다. "이 점의 잉크를 더하면,
# 모델이 고른 답의 점수는 정답의 점수보다 얼마나 더 올라가는가?" 빨간 점의 잉크가 모델을 틀린 답으로 이끌었습니다.

# %% [markdown] tags=["en"]
# ## One misread digit
#
# Why was it misread? With each pixel a `Value`, we can ask for the **gradient of the picture**: if there were more ink at
# this pixel, how much more would the chosen answer's score rise than that of the right one? Ink on red led the model to
# the wrong answer.

# %%
wrong = [i for i, (guess, digit) in enumerate(zip(guesses, y_test)) if guess != digit]
misread = wrong[0] if wrong else 0
guess, digit = guesses[misread], y_test[misread]

ink = [[Value(pixel) for pixel in row] for row in X_test[misread]]
scores = model(ink)
blame = grad(scores[guess] - scores[digit], [pixel for row in ink for pixel in row])
chances = nn.softmax(scores)
say(
    ko=f"시험 그림 가운데 {len(wrong)}장을 잘못 읽었습니다. 그 하나: 정답 {digit}, 모델의 답 {guess} "
    f"(확률 {chances[guess]:.1%}, 정답에는 {chances[digit]:.1%})",
    en=f"{len(wrong)} test pictures were misread. One of them: a {digit}, read as {guess} "
    f"(probability {chances[guess]:.1%}, the right answer {chances[digit]:.1%})",
)

# %% tags=["hide-input"]
canvas, panels = figure(1, 3, width=8.6, height=3)
draw_pixels(
    panels[0], flat(X_test[misread]), label(ko=f"정답 {digit}, 모델은 {guess}", en=f"truth {digit}, read as {guess}")
)
image = draw_pixels(
    panels[1],
    blame,
    label(ko=f"기울기: {guess}점 - {digit}점", en=f"gradient: score {guess} - score {digit}"),
    signed=True,
)
effect = [b * p for b, p in zip(blame, flat(X_test[misread]))]
draw_pixels(panels[2], effect, label(ko="기울기 × 잉크", en="gradient × ink"), signed=True)
canvas.colorbar(image, ax=panels).set_label(label(ko="점수 / 잉크", en="score per ink"))
show(
    "misread",
    canvas,
    ko=f"빨간 점의 잉크는 {guess} 쪽으로, 파란 점의 잉크는 {digit} 쪽으로 이끈다",
    en=f"Ink on red speaks for {guess}, ink on blue for {digit}",
)
