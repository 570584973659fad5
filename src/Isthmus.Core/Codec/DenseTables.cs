namespace Isthmus.Core.Codec;

/// <summary>What the dense codec knows of a tensor before it sees it: how large its values are, and how each channel's are predicted.</summary>
internal sealed class DenseTables
{
    private readonly DenseChannel[] _channels;

    /// <summary>Trained tables.</summary>
    /// <param name="channels">One prediction per channel.</param>
    /// <param name="scale">The root mean square of the values that are not zero.</param>
    public DenseTables(DenseChannel[] channels, float scale)
    {
        _channels = channels;
        Scale = scale;
        IsTrained = true;
    }

    private DenseTables(DenseChannel any)
    {
        _channels = [any];
    }

    /// <summary>What holds for any tensor.</summary>
    public static DenseTables Default { get; } = new(DenseDefaults.Channel);

    /// <summary>Whether there is a prediction for each channel, and not one for all.</summary>
    public bool IsTrained { get; }

    /// <summary>The root mean square of the values that are not zero, if trained.</summary>
    public float Scale { get; }

    /// <summary>The prediction for a channel.</summary>
    public ref readonly DenseChannel Channel(int index) => ref _channels[IsTrained ? index : 0];
}
