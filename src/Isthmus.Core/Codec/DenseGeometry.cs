using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// How the dense codec sees a tensor: channels of rows. The last two dimensions are a channel; a tensor with fewer, or with one value
/// per channel, is one row.
/// </summary>
internal readonly record struct DenseGeometry
{
    /// <summary>What a row that is prepared eight positions at a time may read or write behind its end.</summary>
    public const int Slack = 32;

    /// <summary>The geometry of a tensor.</summary>
    public DenseGeometry(TensorShape shape)
    {
        int rank = shape.Rank;
        long count = shape.ElementCount;
        bool isRow = rank < 3 || shape[rank - 1] * shape[rank - 2] <= 1;
        long width = isRow ? count : shape[rank - 1];
        long height = isRow ? 1 : shape[rank - 2];
        long stride = width + 3;
        long plane = stride * (height + 3);
        if (count == 0) return;
        long channels = count / (width * height);
        if ((plane * channels) + Slack > Array.MaxLength)
            throw new IsthmusException(ErrorKind.Data, $"A tensor of shape {shape} is too large for the codec 'dense': choose another, or cut the network where the tensor is smaller.");
        Width = (int)width;
        Height = (int)height;
        Stride = (int)stride;
        PlaneSize = (int)plane;
        Channels = (int)channels;
    }

    /// <summary>How many channels.</summary>
    public int Channels { get; }

    /// <summary>Rows of a channel.</summary>
    public int Height { get; }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>From one row to the next, borders included.</summary>
    public int Stride { get; }

    /// <summary>From one channel to the next, borders included.</summary>
    public int PlaneSize { get; }

    /// <summary>Length of the magnitudes' memory.</summary>
    public int PlaneLength => (PlaneSize * Channels) + Slack;

    /// <summary>Length of the working memory: a prepared row and its differences, the means by position, and the reciprocals.</summary>
    public int WorkLength => checked((2 * (Width + Slack)) + (2 * Width * Height) + Slack + 1);
}
