namespace Isthmus.Lab.Orchestration;

/// <summary>What became of one user's request.</summary>
/// <param name="Ms">The response time in milliseconds, as the user's process measures it; NaN if the request was lost.</param>
/// <param name="LinkMs">Of that the time on the way, there and back; 0 on the own device.</param>
/// <param name="NodeMs">Of that the node's own time, its queue included; 0 on the own device.</param>
/// <param name="Bytes">Bytes of the request's body that crossed.</param>
/// <param name="IsRight">Whether the class that is ranked first is the right one.</param>
/// <param name="Problem">Why it was lost; null if it was not.</param>
public readonly record struct LiveAnswer(double Ms, double LinkMs, double NodeMs, long Bytes, bool IsRight, string? Problem)
{
    /// <summary>Whether there was no answer, or not from where it was asked.</summary>
    public bool IsLost => double.IsNaN(Ms);

    /// <summary>A request without an answer.</summary>
    internal static LiveAnswer Lost(string why) => new(double.NaN, 0, 0, 0, false, why);
}
