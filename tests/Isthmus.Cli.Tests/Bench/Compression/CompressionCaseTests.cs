using Isthmus.Bench.Compression;
using Isthmus.Core.Errors;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class CompressionCaseTests
{
    [Fact]
    public void Parse_BeginningOfNames_IsAllOfThem() =>
        Assert.Equal(CompressionCase.All.Where(c => c.Network == BenchNetwork.Inception), CompressionCase.Parse("inception"));

    [Fact]
    public void Parse_NetworkAndCut_IsThatCut()
    {
        CompressionCase @case = Assert.Single(CompressionCase.Parse("squeezenet1.1:c07"));
        Assert.Equal(("squeezenet1.1", "c07"), (@case.Network, @case.Cut));
    }

    [Fact]
    public void Parse_NamedTwice_IsThereOnce() => Assert.Equal(3, CompressionCase.Parse("mobilenet,mobilenet-384x6x6").Length);

    [Theory]
    [InlineData("no-such-row")]
    [InlineData("")]
    public void Parse_NothingThatFits_IsRefused(string text) => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => CompressionCase.Parse(text)).Kind);
}
