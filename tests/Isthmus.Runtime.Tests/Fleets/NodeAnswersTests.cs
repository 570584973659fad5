using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Tests.Fleets;

public sealed class NodeAnswersTests
{
    private static readonly Uri Url = new("http://node:1");
    private static readonly MeasureRequest Request = new() { Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File] };

    private static readonly MeasureReply Reply = new(
        new(new(1), new(2), 3), new(4), 5, [new(CodecSpec.Raw, new(0), new(0), new ByteCount(1))], [new(InputEncoding.File, new(0), new(1))], 1, false);

    private static readonly NodeDescription Said = new("n", Tier.Edge, 1, false, "host", "runtime", 2, 1, 64);

    [Fact]
    public void Checked_SoundReply_IsTheReply() => Assert.Same(Reply, NodeAnswers.Checked(Reply, Request, Url));

    [Fact]
    public void Checked_WhatCannotBe_IsRefused()
    {
        MeasureReply[] wrong =
        [
            Reply with { Timing = null }, Reply with { Timing = new(new(-1), new(2), 3) }, Reply with { Timing = new(new(1), new(1e9), 3) }, Reply with { Timing = new(new(1), new(2), 0) },
            Reply with { Load = new(-1) }, Reply with { PeakMemoryBytes = -1 }, Reply with { Codecs = [] }, Reply with { Codecs = default }, Reply with { Inputs = [] },
            Reply with { Codecs = [new(CodecSpec.Half, new(0), new(0), new ByteCount(1))] }, Reply with { Codecs = [new(CodecSpec.Raw, new(-1), new(0), new ByteCount(1))] },
            Reply with { Inputs = [new(InputEncoding.File, new(0), new(-1))] },
        ];
        foreach (MeasureReply reply in wrong) Assert.Equal(NodeFailure.Garbled, Assert.Throws<NodeException>(() => NodeAnswers.Checked(reply, Request, Url)).Failure);
    }

    [Fact]
    public void Clean_TextsThatWouldFloodATerminal_AreShortAndHarmless()
    {
        NodeDescription clean = NodeAnswers.Clean(Said with { Host = "a\u001b[2Jb" + new string('x', 10_000), Node = "n\nn" })!;
        Assert.Equal("n·n", clean.Node);
        Assert.StartsWith("a·[2Jb", clean.Host, StringComparison.Ordinal);
        Assert.True(clean.Host.Length < 200);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -5)]
    [InlineData(1e9, 1)]
    public void Clean_NumbersThatCannotBe_AreNoNode(double slowdown, int threads) => Assert.Null(NodeAnswers.Clean(Said with { Slowdown = slowdown, Threads = threads }));
}
