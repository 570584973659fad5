namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// Something that is at one of two levels and changes between them from step to step as a Markov chain: a link that is regular or weak, a processor that is free or busy. It begins at the
/// first.
/// </summary>
/// <typeparam name="T">What the levels are.</typeparam>
/// <param name="First">The first level.</param>
/// <param name="Second">The second level.</param>
/// <param name="LeaveFirst">The probability, 0…1, that a step at the first level is followed by one at the second; 0: it stays for ever.</param>
/// <param name="LeaveSecond">The probability, 0…1, that a step at the second level is followed by one at the first.</param>
public sealed record TwoLevels<T>(T First, T Second, double LeaveFirst, double LeaveSecond)
    where T : struct
{
    /// <summary>Stays what it is.</summary>
    public TwoLevels(T level)
        : this(level, level, 0, 0)
    {
    }

    /// <summary>The share of steps that are at the second level in the long run.</summary>
    public double SecondShare => LeaveFirst == 0 ? 0 : LeaveFirst / (LeaveFirst + LeaveSecond);

    internal bool Sane => LeaveFirst is >= 0 and <= 1 && LeaveSecond is >= 0 and <= 1;
}
