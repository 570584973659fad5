namespace Isthmus.Runtime.Running;

/// <summary>What the device's own network said of a picture, and what was done about it.</summary>
/// <param name="Class">The index of its best class.</param>
/// <param name="Confidence">That class's probability.</param>
/// <param name="Fraction">How much was sent: 0, or a share of the whole; null for what the plan says.</param>
/// <param name="Ms">How long it took on the device, with decoding.</param>
public sealed record CascadeStep(int Class, double Confidence, double? Fraction, double Ms)
{
    /// <summary>Whether the device's answer was taken without asking anybody.</summary>
    public bool IsLocal => Fraction == 0;
}
