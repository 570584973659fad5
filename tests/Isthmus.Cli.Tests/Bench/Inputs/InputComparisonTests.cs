using Isthmus.Bench.Inputs;
using Isthmus.Core.Progress;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Bench.Inputs;

/// <summary>The whole run on what every clone has: the network that set-up installs, and the photographs of samples/.</summary>
public sealed class InputComparisonTests
{
    [Fact]
    public void Run_EmbeddedNetworkAndSamples_MeasuresBytesAndAnswers()
    {
        InputOptions options = new()
        {
            Models = Path.Combine(DevelopmentData.Repository, "samples"),
            Images = Path.Combine(DevelopmentData.Repository, "samples", "photos"),
            Root = DevelopmentData.Repository,
            Networks = ["inception_v3"],
            Forms = InputOptions.ParseForms("pixels, jpeg:75, jpeg:75@0.4, embedded, embedded@0.2"),
        };
        InputReport report = InputComparison.Run(options, new Progress<ProgressReport>(), TestContext.Current.CancellationToken);

        InputRow row = Assert.Single(report.Rows);
        Assert.Equal((299, 299, 5), (row.Width, row.Height, row.Photographs));
        Assert.Equal(["pixels", "jpeg:75", "jpeg:75@0.4", "embedded", "embedded@0.2"], row.Settings.Select(s => s.Form.ToString()));
        MeasuredInput pixels = row.Settings[0], whole = row.Settings[3], part = row.Settings[4];
        Assert.Equal((299.0 * 299 * 3, 1), (pixels.Bytes, pixels.Agreement));
        Assert.InRange(pixels.Divergence, 0, 1e-9);
        Assert.InRange(part.Bytes / whole.Bytes, 0.2, 0.201);
        Assert.True(whole.Divergence < part.Divergence);
        Assert.All(row.Settings, s => Assert.True(s.EncodeMs >= 0 && s.DecodeMs >= 0));
    }
}
