namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>The same mean bytes spent on all photographs alike, and on those of which the device is not sure.</summary>
/// <param name="Fraction">The fraction that all get alike; 0: the device answers all.</param>
/// <param name="Bytes">Mean bytes that leave the device then.</param>
/// <param name="Alike">How many are answered rightly then.</param>
/// <param name="CascadeBytes">Mean bytes when the device's confidence decides, with as many planned.</param>
/// <param name="ByConfidence">How many are answered rightly then.</param>
/// <param name="Sent">The share of photographs of which anything is sent.</param>
public sealed record ZhaoCascadeRow(double Fraction, double Bytes, ZhaoJudgement Alike, double CascadeBytes, ZhaoJudgement ByConfidence, double Sent);
