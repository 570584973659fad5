namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// What answering on the device and sending take, in any one unit: bytes, or milliseconds. With the device's confidence in hand its network has run, so an image that is sent costs both.
/// </summary>
/// <param name="Local">What the device's own answer takes; of bytes 0.</param>
/// <param name="Fixed">What sending takes however little is sent; of bytes 0.</param>
/// <param name="PerFraction">What sending everything takes beyond that: the whole's bytes, or 8·bytes/bandwidth.</param>
public sealed record CascadeCosts(double Local, double Fixed, double PerFraction)
{
    /// <summary>Mean bytes of the whole image, and nothing else.</summary>
    public static CascadeCosts Bytes(double whole) => new(0, 0, whole);

    /// <summary>What sending a fraction takes without asking the device first; of 0 what the device takes.</summary>
    public double Single(double fraction) => fraction == 0 ? Local : Fixed + (PerFraction * fraction);

    /// <summary>What sending a fraction takes after the device was asked; of 0 what the device takes.</summary>
    public double Cascade(double fraction) => fraction == 0 ? Local : Local + Fixed + (PerFraction * fraction);
}
