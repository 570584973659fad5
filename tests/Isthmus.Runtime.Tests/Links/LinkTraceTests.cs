using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Links;

public sealed class LinkTraceTests
{
    private static readonly LinkConditions Base = new(new BitsPerSecond(5e6), new Milliseconds(40));

    private static LinkTrace Parse(string text, bool loop = false) => LinkTrace.Parse(text, "t.csv", Base, Base, loop);

    [Fact]
    public void Parse_CsvWithoutHeader_ReadsPositionalColumns()
    {
        LinkTrace trace = Parse("# seconds, rate, delay, jitter, loss\n0, 8mbit, 25ms, 2ms, 0.01\r\n\n1.5,300000,10\n");
        Assert.Equal(2, trace.Steps.Length);
        Assert.Equal(new LinkConditions(new(8e6), new(25), new(2), 0.01), trace.Steps[0].Up);
        Assert.Equal(new LinkTraceStep(new(1500), new(new(3e5), new(10), new(2), 0.01), new(new(3e5), new(10), new(2), 0.01)), trace.Steps[1]);
    }

    [Fact]
    public void Parse_CsvWithHeader_ReadsNamedColumnsPerDirection()
    {
        LinkTrace trace = Parse("seconds,upRate,rate,downDelay\n1,1mbit,8mbit,\n2,,,7ms");
        Assert.Equal(1e6, trace.Steps[0].Up.Rate.Value);
        Assert.Equal(8e6, trace.Steps[0].Down.Rate.Value);
        Assert.Equal(40, trace.Steps[0].Down.Delay.Value);
        Assert.Equal((7.0, 40.0), (trace.Steps[1].Down.Delay.Value, trace.Steps[1].Up.Delay.Value));
    }

    [Fact]
    public void Parse_JsonLines_EqualsTheSameCsv()
    {
        LinkTrace json = Parse("{\"seconds\":0,\"rate\":\"8mbit\",\"delay\":25}\n{\"seconds\":2.5,\"rate\":100000,\"loss\":0.1,\"jitter\":null}");
        LinkTrace csv = Parse("0,8mbit,25\n2.5,100kbit,,,0.1");
        Assert.Equal(csv.Steps.AsEnumerable(), json.Steps.AsEnumerable());
    }

    [Theory]
    [InlineData("0,8mbit,25\n1,fast,25", 2)]
    [InlineData("0,8mbit,25\n\n1,8mbit,25,0,0,9", 3)]
    [InlineData("0,8mbit,-1", 1)]
    [InlineData("-1,8mbit", 1)]
    [InlineData(",8mbit", 1)]
    [InlineData("NaN,8mbit", 1)]
    [InlineData("1e300,8mbit", 1)]
    [InlineData("0,8mbit\n0,9mbit", 2)]
    [InlineData("0,10", 1)]
    [InlineData("0,8mbit,1,1,2", 1)]
    [InlineData("seconds,speed\n1,2", 1)]
    [InlineData("seconds,rate,seconds\n1,8mbit,2", 1)]
    [InlineData("{\"seconds\":0,\"rate\":[1]}", 1)]
    [InlineData("{\"seconds\":0", 1)]
    [InlineData("{\"seconds\":1e999}", 1)]
    [InlineData("{\"seconds\":0}\n{\"rate\":\"8mbit\"}", 2)]
    [InlineData("\0\u0001\u0002", 1)]
    public void Parse_HostileLine_NamesTheLine(string text, int line)
    {
        LinkTraceException error = Assert.Throws<LinkTraceException>(() => Parse(text));
        Assert.Equal(line, error.Line);
        Assert.StartsWith($"t.csv, line {line}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("seconds,rate\n")]
    public void Parse_NoSteps_Throws(string text) => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => Parse(text)).Kind);

    [Fact]
    public void Parse_RandomBytes_OnlyThrowsTypedErrors()
    {
        Random random = new(7);
        const string alphabet = "0123456789,.-+eE{}[]\":\n secondsratdlybim#\0é";
        for (int i = 0; i < 3000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            try
            {
                Parse(text);
            }
            catch (IsthmusException)
            {
                // The only exception that a hostile trace may cause.
            }
        }
    }

    [Fact]
    public void At_BetweenSteps_KeepsTheEarlierStep()
    {
        LinkTrace trace = Parse("1,1mbit\n2,2mbit\n4,4mbit");
        Assert.Null(trace.At(new(999), out Milliseconds next));
        Assert.Equal(1000, next.Value);
        Assert.Equal(1e6, trace.At(new(1999), out next)!.Up.Rate.Value);
        Assert.Equal(2000, next.Value);
        Assert.Equal(4e6, trace.At(new(1e7), out next)!.Up.Rate.Value);
        Assert.Equal(Milliseconds.Infinite, next);
    }

    [Fact]
    public void At_LoopedTrace_BeginsAnewAtItsLastStep()
    {
        LinkTrace trace = Parse("0,1mbit\n2,2mbit\n4,1mbit", loop: true);
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(1e6, trace.At(new(round * 4000 + 100), out Milliseconds next)!.Up.Rate.Value);
            Assert.Equal(round * 4000 + 2000, next.Value);
            Assert.Equal(2e6, trace.At(new(round * 4000 + 3999), out next)!.Up.Rate.Value);
            Assert.Equal(round * 4000 + 4000, next.Value);
        }
    }

    [Fact]
    public void Constructor_LoopWithoutLength_Throws() => Assert.Throws<IsthmusException>(() => Parse("0,1mbit", loop: true));

    [Fact]
    public void Load_MissingFile_IsAFileError() =>
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => LinkTrace.Load("no-such.csv", Base, Base)).Kind);
}
