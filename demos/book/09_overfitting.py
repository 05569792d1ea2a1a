# %% [markdown] tags=["ko"]
# # 9장. 과적합
#
# 기출문제의 답만 외운 학생은 기출문제는 다 맞히지만 새 문제는 틀립니다. 모델도 그렇습니다. 학습 데이터를 **외워 버려서**
# 처음 보는 데이터에 약해지는 것을 **과적합**이라고 합니다. 이 장에서는 모델을 일부러 과적합시키고, 네 가지 약을 써 봅니다.

# %% [markdown] tags=["en"]
# # Chapter 9. Overfitting
#
# A student who learnt last year's answers by heart gets all of last year's questions right, and new ones wrong. Models
# do the same. To **memorise** the training data and be weak on data never seen is **overfitting**. In this chapter we
# overfit a model on purpose, and try four cures.

# %% [markdown] tags=["ko"]
# ## 80 대 20으로 나누기
#
# 외웠는지 알아보는 방법은 하나뿐입니다. **처음 보는 문제**를 내는 것입니다. 그래서 데이터의 20%를 떼어 두고
# 학습이 끝날 때까지 손대지 않습니다. 남은 80%로만 학습합니다.
#
# 모델이 외우기 쉽도록, 80% 가운데에서도 100장만 쓰겠습니다. 적은 데이터는 과적합의 가장 흔한 원인입니다.

# %% [markdown] tags=["en"]
# ## Split: 80 to 20
#
# There is only one way to find out whether someone has memorised: ask **new questions**. So we put 20 % of the data aside
# and do not touch them until the training is over. We train on the other 80 % alone.
#
# To make memorising easy we use only 100 pictures of these 80 %. Too few data are the most common cause of overfitting.

# %%
import random

from micrograd_kr import nn
from micrograd_kr.book import (
    BLUE,
    GREY,
    RED,
    draw_pixels,
    figure,
    label,
    likeliest,
    outputs,
    say,
    show,
    size,
    train,
)
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

digits = load_digits()
X_train, X_test, y_train, y_test = train_test_split(
    (digits.data / 16).tolist(), digits.target.tolist(), test_size=0.2, random_state=0, stratify=digits.target
)
X_test, y_test = X_test[: size(360, small=20)], y_test[: size(360, small=20)]
X_few, y_few = X_train[: size(100, small=10)], y_train[: size(100, small=10)]
say(
    ko=f"학습용 {len(X_train)}장(그 가운데 {len(X_few)}장만 사용), 시험용 {len(X_test)}장",
    en=f"{len(X_train)} pictures to train on (we use {len(X_few)} of them), {len(X_test)} to test",
)

# %% [markdown] tags=["ko"]
# ## 외우는 모델
#
# 은닉 뉴런이 32개인 모델입니다. 다섯 바퀴(에포크) 돌 때마다 학습 데이터와 시험 데이터에서 손실을 재어 둡니다.

# %% [markdown] tags=["en"]
# ## A model that memorises
#
# The model has 32 hidden neurons. After every five rounds (epochs) we measure the loss on the training data and on the test data.

# %%
epochs = size(150, small=2)


def new_model(dropout=0.0):
    return nn.Sequential(nn.Linear(64, 32, seed=1), "relu", nn.Dropout(dropout, seed=2), nn.Linear(32, 10, seed=3))


def mean_loss(model, X, y):
    return sum(nn.cross_entropy(scores, answer) for scores, answer in zip(outputs(model, X), y)) / len(y)


def learn(model, **cures):
    """학습하면서 두 손실을 기록한다 / train, and note both losses."""
    curves = {"epochs": [], "train": [], "test": []}

    def cost(picture, answer):
        return nn.cross_entropy(model(picture), answer)

    def measure(epoch):
        if epoch % 5 != 4 and epoch + 1 != epochs:
            return
        curves["epochs"].append(epoch + 1)
        curves["train"].append(mean_loss(model, X_few, y_few))
        curves["test"].append(mean_loss(model, X_test, y_test))

    steps = epochs * (len(X_few) // 16 + 1)
    optimizer = nn.Adam(model, lr=nn.CosineDecay(0.01, steps=steps))  # 보폭을 점점 줄인다 / ever smaller strides
    train(cost, X_few, y_few, optimizer, epochs=epochs, after_epoch=measure, **cures)
    curves["train accuracy"] = accuracy_score(y_few, likeliest(outputs(model, X_few)))
    curves["test accuracy"] = accuracy_score(y_test, likeliest(outputs(model, X_test)))
    return curves


results = {"none": learn(new_model())}
plain = results["none"]
say(
    ko=f"학습 데이터 {plain['train accuracy']:.1%}, 시험 데이터 {plain['test accuracy']:.1%}",
    en=f"training data {plain['train accuracy']:.1%}, test data {plain['test accuracy']:.1%}",
)
say(
    ko=f"시험 손실은 {min(plain['test']):.3f}까지 내려갔다가 {plain['test'][-1]:.3f}",
    en=f"the test loss went down to {min(plain['test']):.3f}, and then was {plain['test'][-1]:.3f}",
)

# %% [markdown] tags=["ko"]
# 외운 문제는 다 맞히지만 새 문제에서는 틀립니다. 두 수의 차이가 과적합입니다.
#
# ## 약 1: 데이터 증강
#
# 조금 옮기고, 조금 돌리고, 잡음을 조금 섞어도 3은 여전히 3입니다. 볼 때마다 **조금씩 다르게** 보여 주면 통째로 외울 수가
# 없습니다. 그림을 바꾸는 일은 모델에 넣기 **전에** 합니다.

# %% [markdown] tags=["en"]
# It gets all that it memorised right, and new ones wrong. The difference is the overfitting.
#
# ## Cure 1: data augmentation
#
# Moved a little, turned a little, with a little noise, a 3 is still a 3. If a picture looks **a little different** each
# time, it cannot be learnt by heart. The picture is changed **before** it goes into the model.

# %%
import math

dice = random.Random(0)


def pixel(picture, x, y):
    return picture[8 * y + x] if 0 <= x < 8 and 0 <= y < 8 else 0.0


def move_and_turn(picture, right, down, degrees):
    """새 그림의 점마다 옛 그림의 어디에서 왔는지 찾는다 / for each new pixel, find where it comes from."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    changed = []
    for y in range(8):
        for x in range(8):
            u, v = x - 3.5 - right, y - 3.5 - down
            u, v = c * u + s * v + 3.5, c * v - s * u + 3.5
            i, j = math.floor(u), math.floor(v)
            a, b = u - i, v - j  # 이웃한 네 점을 섞는다 / mix the four neighbours
            above = (1 - a) * pixel(picture, i, j) + a * pixel(picture, i + 1, j)
            below = (1 - a) * pixel(picture, i, j + 1) + a * pixel(picture, i + 1, j + 1)
            changed.append((1 - b) * above + b * below)
    return changed


def augment(picture):
    changed = move_and_turn(picture, dice.uniform(-0.8, 0.8), dice.uniform(-0.8, 0.8), dice.uniform(-12, 12))
    return [min(1.0, max(0.0, ink + dice.gauss(0, 0.05))) for ink in changed]


# %% tags=["hide-input"]
canvas, panels = figure(1, 8, width=9.4, height=1.7)
draw_pixels(panels[0], X_few[0], label(ko="원래 그림", en="original"))
for axes in panels[1:]:
    draw_pixels(axes, augment(X_few[0]))
show("augmented", canvas, ko="그림 한 장이 볼 때마다 조금씩 달라진다", en="One picture, a little different each time")

# %% [markdown] tags=["ko"]
# ## 약 2: 정규화(가중치 규제)
#
# 외우는 모델에서는 몇몇 가중치가 지나치게 커집니다. 비용에 **가중치 제곱의 합**을 조금 더해 두면, 꼭 필요하지 않은 가중치는
# 작아집니다.
#
# > 비용 = 크로스 엔트로피 + 0.001 × (가중치 제곱의 합)
#
# ## 약 3: 드롭아웃
#
# 학습하는 동안 은닉 뉴런을 **무작위로 쉬게** 합니다. 언제 동료가 빠질지 모르니 뉴런마다 제 몫을 하게 됩니다.
# 시험을 볼 때는 아무도 쉬지 않습니다.

# %% [markdown] tags=["en"]
# ## Cure 2: regularisation
#
# In a model that memorises, some weights grow too large. Add a little of the **sum of the squared weights** to the cost,
# and weights that are not needed shrink.
#
# > cost = cross-entropy + 0.001 × (the sum of the squared weights)
#
# ## Cure 3: dropout
#
# While training, hidden neurons are **left out at random**. Nobody knows when a colleague will be missing, so each learns
# to do its share. In the test nobody is left out.

# %%
from micrograd_kr import Value

dropout = nn.Dropout(0.4, seed=0)
hidden = [Value(1.0) for _ in range(8)]
for _ in range(3):
    print("train", [round(v.data, 2) for v in dropout(hidden)])
dropout.eval()
print("eval ", [round(v.data, 2) for v in dropout(hidden)])

# %% [markdown] tags=["ko"]
# 남은 뉴런의 값이 커진 것은(1 → 1.67) 합을 비슷하게 맞추기 위해서입니다. 이제 약을 하나씩, 그리고 두 가지를 함께 써 봅시다.

# %% [markdown] tags=["en"]
# Those that stay are enlarged (1 → 1.67) to keep the sum about the same. Now we try the cures one by one, and two together.

# %%
model = new_model()
results["augmentation"] = learn(model, augment=augment)

model = new_model()
results["penalty"] = learn(model, penalty=lambda: nn.l2_penalty(model, 0.001))

model = new_model(dropout=0.2)
results["dropout"] = learn(model)

model = new_model()
results["together"] = learn(model, augment=augment, penalty=lambda: nn.l2_penalty(model, 0.0003))

# %% tags=["hide-input"]
names = {
    "none": label(ko="약 없음", en="no cure"),
    "augmentation": label(ko="데이터 증강", en="augmentation"),
    "penalty": label(ko="정규화", en="penalty"),
    "dropout": label(ko="드롭아웃", en="dropout"),
    "together": label(ko="증강과 정규화", en="augmentation + penalty"),
}
canvas, panels = figure(1, 5, width=12, height=3.3, sharey=True)
for axes, (cure, curves) in zip(panels, results.items()):
    axes.plot(curves["epochs"], curves["train"], color=BLUE, label=label(ko="학습 데이터", en="training data"))
    axes.plot(curves["epochs"], curves["test"], color=RED, label=label(ko="시험 데이터", en="test data"))
    axes.axhline(results["none"]["test"][-1], color=GREY, linestyle=":", linewidth=1)
    axes.set(title=names[cure], xlabel=label(ko="에포크 (번)", en="epochs (count)"), ylim=(0, 1.6))
panels[0].set_ylabel(label(ko="손실 (크로스 엔트로피)", en="loss (cross-entropy)"))
panels[0].legend(fontsize=9)
show(
    "cures",
    canvas,
    ko="학습 손실과 시험 손실. 점선은 약이 없을 때의 마지막 시험 손실",
    en="Loss on training and test data. Dotted: the last test loss without a cure",
)

# %% [markdown] tags=["ko"]
# ## 무엇이 얼마나 도움이 되었나

# %% [markdown] tags=["en"]
# ## What each one gained

# %%
say(ko="약              학습    시험    이득    시험 손실", en="cure            train   test    gain    test loss")
for cure, curves in results.items():
    gain = curves["test accuracy"] - results["none"]["test accuracy"]
    print(
        f"{cure:13} {curves['train accuracy']:7.1%} {curves['test accuracy']:7.1%} {100 * gain:+6.1f}%p {curves['test'][-1]:8.3f}"
    )

# %% [markdown] tags=["ko"]
# 시험용 그림이 360장이니 한 장이 약 0.3%p입니다. 정확도의 작은 차이는 우연일 수 있으니 손실을 함께 보세요. 시험 손실이 작다는
# 것은 틀리더라도 **덜 자신 있게** 틀린다는 뜻입니다. 증강과 정규화는 시험 손실을 뚜렷이 줄입니다. 드롭아웃은 뉴런이 수백 개인
# 큰 모델의 약이라, 뉴런이 32개뿐인 우리 모델에서는 이득이 없습니다. 약은 병에 맞게 써야 합니다.
#
# 그리고 가장 좋은 약은 언제나 **더 많은 데이터**입니다. 10장에서는 80%를 모두 씁니다.

# %% [markdown] tags=["en"]
# There are 360 test pictures, so that one of them is about 0.3 points: small differences in accuracy may be chance. Look
# at the loss as well: a smaller test loss means that the model, where it errs, is **less sure** of it. Augmentation and
# the penalty lower it clearly. Dropout is a cure for large models with hundreds of neurons; in ours, with 32, it gains
# nothing. The cure must fit the illness.
#
# And the best cure is always **more data**: chapter 10 uses the whole 80 %.
