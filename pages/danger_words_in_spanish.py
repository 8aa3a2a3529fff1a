"""What people in danger type into the search, in Spanish: without accents, and with n for ñ, as many type it.

The cards are in English, and each says in Spanish whom to call.
"""

import re

# “Matarme”, “me quiero matar”, “se quiere matar”: a way to hurt and a reflexive, before or after.
_WAYS = r"(?:matar|morir|suicidar|ahorcar|colgar|ahogar|cortar|lastimar|herir|disparar|quemar|envenenar|aventar|tirar|danar)"
_WANTS = r"(?:quier[oe]n?|quisier[ao]|dese[oa]|piens[oa]|pensando|pienso|voy|va|ganas|intent[oae]|necesit[oa]|prefier[oe]|querer)"
_MEDICINE = r"(?:pastillas?|pildoras?|medicamentos?|medicinas?|tabletas?|drogas?|cloro|veneno|frasco|bote|botella|ketamina|dosis)"
SUICIDE = re.compile(
    rf"""\b(?:
        suicid\w* | {_WAYS}(?:me|se|te) | (?:me|se)\s{_WANTS}\s(?:(?:a|en|de|que|solo)\s)*{_WAYS}
        | {_WANTS}\s(?:(?:a|en|de|que|solo)\s)*{_WAYS}
        | (?:me|se)\s(?:mato|mata|muero|corto|corta|corte)\b | quitar(?:me|se|te)\sla\svida | quit[oae]\s(?:la|su|mi)\svida
        | no\s(?:quier[oe]|quisiera|puedo|deseo|tengo\s(?:ganas|razon\w*)\s(?:de|para))\s(?:ya\s|mas\s|seguir\s)*
          (?:vivir|viviendo|existir|despertar|estar\saqui|seguir|mas$|asi$)
        | (?:acabar|terminar)\scon\s(?:mi\svida|todo|esto) | (?:sin|perdi\slas)\sganas\sde\svivir
        | (?:mejor|estar|estuviera|fuera)\s(?:estar\s)?muert[oa] | mejor\ssin\smi | no\svale\sla\spena\svivir | para\sque\svivir
        | (?:hacer(?:me|se)|me\shago|me\squiero\shacer)\sdano | no\saguanto\smas | ya\sno\s(?:aguanto|puedo)
        | soy\suna\scarga | sin\sesperanza
        | me\ssiento\s(?:muy\s|tan\s)?(?:mal|sol[oa]|vaci[oa]|desesperad[oa])
        | desaparecer$ | linea\sde\scrisis | crisis | ^(?:ayuda|ayudame|ayudenme)(?:\s(?:por\sfavor|ya|ahora|urgente))*$
        | (?:necesito|pido|quiero)\sayuda$
        | ayuda\s(?:por\sfavor|ya|ahora)
    )\b""",
    re.VERBOSE,
)
OVERDOSE = re.compile(
    rf"""\b(?:
        sobredosis | envenen\w* | intoxica\w+
        | (?:me|se)?\s?(?:tome|tomo|tomado|trague|trago|comio|comi|bebio|bebi)\s(?:\S+\s){{0,4}}?{_MEDICINE}
        | (?:tome|tomo|tomado|tomar)\s(?:\S+\s){{0,2}}?(?:demasiad\w+|much[ao]s?) | (?:demasiad|much)[ao]s?\s{_MEDICINE}
        | no\s(?:(?:se|lo|la|puedo|puede|quiere)\s)*(?:despiert\w+|despertar\w*|respira|reacciona|responde) | inconsciente
        | labios\sazules
    )\b""",
    re.VERBOSE,
)
EMERGENCY = re.compile(
    r"""\b(?:
        no\s(?:puedo|puede)\srespirar | me\s(?:ahogo|falta\s(?:el\s)?aire|desmay\w+) | (?:falta\sde|sin)\s(?:aire|aliento)
        | (?:dolor|duele|presion|opresion)\s(?:\S+\s){0,2}?pecho | convulsi\w+ | ataque\s(?:al\scorazon|cardiaco|epileptico)
        | infarto
        | derrame(?:\scerebral)? | se\s?(?:desmay\w+|cayo|ahoga) | desmayo | emergencia | auxilio | socorro | en\speligro
        | ambulancia
        | urgencias?
    )\b""",
    re.VERBOSE,
)
MIND = re.compile(
    r"""\b(?:
        (?:oigo|oye|escucho|escucha|oir|escuchar)\s(?:\S+\s)?voces | alucin\w+ | (?:veo|ve)\scosas | paranoi\w* | psicosis
        | (?:quier[oe]|voy\sa)\s(?:matar|lastimar|herir|danar)(?:lo|la|los|las|\sa)\b | me\s(?:persiguen|quieren\smatar)
    )\b""",
    re.VERBOSE,
)
VIOLENCE = re.compile(
    r"""\b(?:
        violencia | (?:me|nos|la|le)\s(?:pega|pego|golpea|golpeo|maltrata|amenaza|amenazo|abusa|abuso|viola|violo|lastima)\b
        | violad[ao] | maltrato | abuso\ssexual | golpes
    )\b""",
    re.VERBOSE,
)
