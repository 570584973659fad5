namespace Isthmus.Core.Planning;

/// <summary>What the link between two nodes does to every part of a plan that crosses it, there and back.</summary>
/// <param name="HalfTrip">Milliseconds before the first byte arrives; not a number if there is no link.</param>
/// <param name="MsPerByte">Milliseconds for each byte.</param>
/// <param name="Return">Milliseconds of the answer's way back.</param>
/// <param name="BackTransfer">Milliseconds for which the answer occupies the link back.</param>
/// <param name="JoulesPerByte">Joules for each byte.</param>
/// <param name="BackJoules">Joules for the answer.</param>
/// <param name="PricePerByte">Money for each byte.</param>
/// <param name="BackPrice">Money for the answer.</param>
internal readonly record struct CrossingRates(
    double HalfTrip, double MsPerByte, double Return, double BackTransfer, double JoulesPerByte, double BackJoules, double PricePerByte, double BackPrice)
{
    public static CrossingRates Of(CostModel model, int from, int to)
    {
        long answer = model.BytesBack(to, from);
        return new(
            model.HalfTrip(from, to), model.MsPerByte(from, to), model.Return(to, from), answer == 0 ? 0 : model.Transfer(to, from, answer),
            model.JoulesPerByte(from, to), answer == 0 ? 0 : answer * model.JoulesPerByte(to, from),
            model.PricePerByte(from, to), answer == 0 ? 0 : answer * model.PricePerByte(to, from));
    }
}
