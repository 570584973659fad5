using Isthmus.Cli.Console;

namespace Isthmus.Cli.Tests.Console;

public sealed class AccuracyTextTests
{
    [Theory]
    [InlineData(0.0, 36, true)] // the upper end for none of 36 is 9.7 %
    [InlineData(0.0, 35, false)] // of 35: 10.0 %
    [InlineData(0.0, 5, false)]
    [InlineData(0.021, 334, true)] // SqueezeNet without its divisor
    [InlineData(0.1, 1000, false)] // ten classes, guessed
    [InlineData(0.611, 334, false)]
    [InlineData(0.0, 0, false)]
    public void Suspicion_OfAShareOfRightAnswers_IsRaisedOnlyWhereTheUpperEndIsBelowOneInTen(double top1, int images, bool suspicious) =>
        Assert.Equal(suspicious, AccuracyText.Suspicion(top1, images) is not null);

    [Fact]
    public void Suspicion_SaysWhatWasSeenAndWhatToCheck()
    {
        string? text = AccuracyText.Suspicion(7.0 / 334, 334);
        Assert.StartsWith("The un-split network is right on 7 of 334 images", text, StringComparison.Ordinal);
        Assert.Contains("manifest", text, StringComparison.Ordinal);
    }
}
