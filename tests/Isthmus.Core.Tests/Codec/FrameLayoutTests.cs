using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>Frames as bytes: what other releases and other implementations rely on. These bytes never change within a version.</summary>
public sealed class FrameLayoutTests
{
    // The checksums and, for huffman:2, the whole payload were computed apart, by hand and with a bitwise CRC.
    private static readonly float[] Values = [0, 0, 0, 0, 0, 1, 0, 3, float.NaN, 2];

    [Theory]
    [InlineData("raw", "495354460100200232E2D96E 280000000200000005000000 00000000000000000000000000000000000000000000803F00000000000040400000C0FF00000040")]
    [InlineData("half", "49535446010110025EBBD0B4 140000000200000005000000 00000000000000000000003C0000004200FE0040")]
    [InlineData("huffman:2", "495354460102020249179ADB 1D0000000200000005000000 000000000000404001000000080000000000C0FF027914020000006072")]
    [InlineData("huffman:16", "49535446010210021CFB885E 2A0000000200000005000000 000000000000404001000000080000000000C0FF0000000000005500FF00AA0000000000005500FF00AA")]
    public void Encode_OfFixedValues_IsTheFixedFrame(string spec, string hex)
    {
        CodecSpec codec = CodecSpec.Parse(spec);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Frames.Encode(codec, Values, new TensorShape(2, 5))));
    }

    [Fact]
    public void Encode_OfAConstant_IsTheFixedFrame() => Assert.Equal(
        "4953544601020801EB9209740C000000030000000000C03F0000C03F00000000", Convert.ToHexString(Frames.Encode(CodecSpec.Huffman(8), [1.5f, 1.5f, 1.5f])));
}
