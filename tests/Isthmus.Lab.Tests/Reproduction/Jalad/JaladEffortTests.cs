using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Lab.Reproduction.Jalad;

namespace Isthmus.Lab.Tests.Reproduction.Jalad;

public sealed class JaladEffortTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_AnyRun_MeasuresAllThatThePaperMayChoose(bool quick)
    {
        JaladEffort effort = JaladEffort.Of(new() { Quick = quick });
        Assert.All(JaladEffort.PaperRates, r => Assert.Contains(r, effort.Rates));
        Assert.Equal([2.4e6, 8e6], JaladEffort.PaperRates.Select(r => r.Value));
        Assert.All([CodecSpec.Raw, .. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)], c => Assert.Contains(c, effort.Profiling.Codecs));
        Assert.All([InputEncoding.File, InputEncoding.Png, InputEncoding.Pixels], i => Assert.Contains(i, effort.Profiling.Inputs));
        effort.Profiling.Validate();
    }

    [Fact]
    public void Of_CodecsAndRatesOfTheUser_AreTaken()
    {
        JaladEffort effort = JaladEffort.Of(new() { Codecs = [CodecSpec.Half], Rates = [new(5e6), new(1e6), new(5e6)], Limit = 2 });
        Assert.Equal([CodecSpec.Half], effort.Codecs);
        Assert.Equal([new BitsPerSecond(1e6), new BitsPerSecond(5e6)], effort.Rates);
        Assert.Equal(2, effort.TimedPhotographs);
        // The paper's codecs are measured all the same.
        Assert.Contains(CodecSpec.Huffman(4), effort.Profiling.Codecs);
    }
}
