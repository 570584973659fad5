using Isthmus.Lab.Reproduction.Jalad;

namespace Isthmus.Lab.Tests.Reproduction.Jalad;

public sealed class JaladLossTests
{
    [Fact]
    public void Of_AnswersWithAndWithoutLabels_CountsEachKind()
    {
        JaladLoss loss = JaladLoss.Of(
            [Answer(1, 1, 1), Answer(2, 1, 1), Answer(3, 2, 3), Answer(4, 4, null), Answer(null, 5, 5)], heldOut: true);
        Assert.Equal(4, loss.Photographs);
        Assert.Equal(0.5, loss.Agreement);
        Assert.Equal(3, loss.Labelled);
        Assert.Equal(2.0 / 3, loss.Top1!.Value, 1e-9);
        Assert.Equal(2.0 / 3, loss.ReferenceTop1!.Value, 1e-9);
        Assert.Equal(0, loss.Top1Change!.Value, 1e-9);
        Assert.True(loss.Low < 0 && loss.High > 0);
        Assert.InRange(0.5, loss.ChangedLow!.Value, loss.ChangedHigh!.Value);
        Assert.True(loss.HeldOut);
    }

    [Fact]
    public void Of_Nothing_SaysNothing()
    {
        JaladLoss loss = JaladLoss.Of([], heldOut: false);
        Assert.Null(loss.Agreement);
        Assert.Null(loss.Top1);
        Assert.Null(loss.Top1Change);
    }

    private static JaladAnswer Answer(int? answer, int reference, int? label) => new("a.jpg", answer, reference, label, 1, 1, null, null);
}
