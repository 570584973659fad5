namespace Isthmus.Runtime.Calibration;

/// <summary>The memory that inputs may take together. What does not fit is decoded anew for each cut.</summary>
/// <param name="bytes">How much there is.</param>
internal sealed class InputMemory(long bytes)
{
    private long _left = bytes;

    /// <summary>Takes some of it; false if it is not there.</summary>
    public bool Take(long wanted)
    {
        if (wanted > _left) return false;
        _left -= wanted;
        return true;
    }
}
