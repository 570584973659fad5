namespace Isthmus.Core.Planning.Fractions;

/// <summary>How many of one image's encoded bytes are sent.</summary>
/// <param name="Bytes">From the first byte on; 0: nothing, the device answers.</param>
/// <param name="Fraction">The share of the image's whole bytes, 0…1.</param>
/// <param name="Accuracy">What the curve, or of 0 bytes the device, leads to expect.</param>
public readonly record struct FractionCut(int Bytes, double Fraction, double Accuracy);
