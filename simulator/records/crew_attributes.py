"""The 145 properties of a crew, by type, as SmartHR's Swagger file lists them."""

STRINGS = frozenset(
    """
    id user_id biz_establishment_id emp_code last_name first_name last_name_yomi first_name_yomi
    business_last_name business_first_name business_last_name_yomi business_first_name_yomi
    preferred_last_name preferred_first_name preferred_last_name_yomi preferred_first_name_yomi
    tel_number address_head_of_family address_relation_name email emergency_relation_name
    emergency_last_name emergency_first_name emergency_last_name_yomi emergency_first_name_yomi
    emergency_tel_number resident_card_address_head_of_family resident_card_address_relation_name
    position occupation resigned_reason emp_ins_insured_person_number previous_workplace
    basic_pension_number first_workplace first_workplace_address_text last_workplace
    last_workplace_address_text nearest_station_and_line foreign_resident_last_name
    foreign_resident_first_name foreign_resident_middle_name foreign_resident_card_number
    nationality_code resident_status_type resident_status_other_reason department
    handicapped_note_type school_name widow_memo
    """.split()
)
DATES = frozenset(
    """
    birth_at entered_at resigned_at emp_ins_qualified_at emp_ins_disqualified_at
    previous_employment_start_on previous_employment_end_on first_employment_start_on
    first_employment_end_on last_employment_start_on last_employment_end_on soc_ins_qualified_at
    soc_ins_disqualified_at employees_pension_insurance_qualified_at
    employees_pension_insurance_disqualified_at health_insurance_qualified_at
    health_insurance_disqualified_at monthly_standard_income_updated_at resident_end_at
    contract_start_on contract_end_on handicapped_note_delivery_at enrolled_at
    """.split()
)
INTEGERS = frozenset(
    """
    soc_ins_insured_person_number hel_ins_insured_person_number health_insurance_premium_company
    health_insurance_premium_individual care_insurance_premium_company
    care_insurance_premium_individual child_care_support_fund_company
    child_care_support_fund_individual employees_pension_insurance_premium_company
    employees_pension_insurance_premium_individual child_care_contribution spouse_yearly_income
    monthly_income_currency monthly_income_goods monthly_base_salary monthly_standard_income_hel
    monthly_standard_income_pns commutation_1_expenses commutation_1_single_fare
    commutation_2_expenses commutation_2_single_fare working_student_income
    """.split()
)
FLAGS = frozenset(
    """
    first_enrolling_in_emp_pns_ins_flag having_spouse working_student_flag employment_income_flag
    business_income_flag devidend_income_flag estate_income_flag
    """.split()
)
OBJECTS = frozenset(
    """
    biz_establishment employment_type identity_card_image1 identity_card_image2 address
    address_image emergency_address resident_card_address grade job_category recruitment_type
    resume1 resume2 emp_ins_insured_person_number_image basic_pension_number_image payment_period
    foreign_resident_card_image1 foreign_resident_card_image2 handicapped_image student_card_image
    """.split()
)
ARRAYS = frozenset("profile_images positions bank_accounts departments custom_fields".split())
TIMES = frozenset(("created_at", "updated_at"))
ENUMS: dict[str, frozenset[str]] = {
    name: frozenset(values.split())
    for name, values in {
        "emp_type": "board_member full_timer contract_worker permatemp part_timer"
        " outsourcing_contractor etc",
        "emp_status": "employed absent retired",
        "gender": "male female",
        "emp_ins_insured_person_number_unknown_reason_type": "no_work_experience never_joined"
        " unknown",
        "basic_pension_number_unknown_reason_type": "non_pensionable unknown",
        "insurance_premium_calculation_type": "rate fixed",
        "commutation_1_period": "commutation_period_1_month commutation_period_3_month"
        " commutation_period_6_month",
        "commutation_2_period": "commutation_period_1_month commutation_period_3_month"
        " commutation_period_6_month",
        "having_ex_activity_permission": "permitted none",
        "other_be_workable_type": "other_be_workable others",
        "contract_type": "unlimited fixed_term",
        "contract_renewal_type": "renewal none auto_renewal",
        "tax_cd": "kou otsu hei reward non_resident no_taxation_required",
        "handicapped_type": "ordinary_handicapped special_handicapped",
        "widow_type": "widow single_parent",
        "widow_reason_type": "divorce bereavement missing unmarried",
    }.items()
}

ALL = STRINGS | DATES | INTEGERS | FLAGS | OBJECTS | ARRAYS | TIMES | ENUMS.keys()
READ_ONLY = frozenset(
    """
    id biz_establishment employment_type preferred_last_name preferred_first_name
    preferred_last_name_yomi preferred_first_name_yomi profile_images payment_period departments
    created_at updated_at
    """.split()
)
SORTABLE = STRINGS | DATES | TIMES | {"emp_status", "emp_type", "gender"}


def unset_values() -> dict[str, object]:
    """A whole crew with nothing in it: null everywhere, lists empty.

    Of biz_establishment and biz_establishment_id exactly one is output; here it is the id.
    """
    empty: dict[str, object] = dict.fromkeys(sorted(ALL - {"biz_establishment"}))
    return empty | {"positions": [], "bank_accounts": [], "custom_fields": []}
